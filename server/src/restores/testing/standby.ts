import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../platform/free-port.ts';
import { giveTo, postgresAccount } from '../../platform/postgres-account.ts';
import { findPostgresBinaries, postgresProgram } from '../../platform/postgres-binaries.ts';
import { spawnPostmaster, stopPostmaster } from '../../platform/postmaster.ts';
import { scratchFolder } from '../../platform/testing/scratch-folder.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A replica of a whole cluster that follows it by streaming, asynchronously. */
export interface Standby {
  /** Where it answers. */
  port: number;
  /** As the superuser, of the database that was named. */
  pool: pg.Pool;
  /** It hears nothing more of the primary. */
  cutOff(): Promise<void>;
  /** It becomes a primary, on a timeline of its own. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** @returns path of pg_basebackup; undefined: PostgreSQL came without it, as that of npm */
export async function baseBackupProgram(): Promise<string | undefined> {
  const program = join((await findPostgresBinaries({})).bin, 'pg_basebackup');
  return existsSync(program) ? program : undefined;
}

/**
 * Makes a standby of the cluster of a database, and waits until it streams.
 *
 * @param program as `baseBackupProgram` found it
 * @param url of the database, as the superuser
 */
export async function startStandby(program: string, url: string): Promise<Standby> {
  const folder = await mkdtemp(join(scratchFolder(), 'countersign-standby-'));
  // When this is root, the server's user must get through it.
  await chmod(folder, 0o711);
  const cluster = join(folder, 'cluster');
  await promisify(execFile)(program, [
    ...['--pgdata', cluster, '--dbname', url, '--wal-method=stream', '--checkpoint=fast'],
    ...['--write-recovery-conf', '--no-sync', '--no-manifest'],
  ]);
  const account = await postgresAccount(cluster, quiet);
  const logFile = join(folder, 'postgres.log');
  await writeFile(logFile, '', { mode: 0o600 });
  if (account) await giveTo(account, cluster);
  const port = await freePort();
  const binaries = await findPostgresBinaries({});
  const postmaster = await spawnPostmaster({
    ...{ program: postgresProgram(binaries, 'postgres'), cluster, port, fsync: false, account, logFile },
  });
  const own = new URL(url);
  own.port = String(port);
  const pool = new pg.Pool({ connectionString: own.href });
  pool.on('error', () => undefined);
  const isSo = async (condition: string): Promise<boolean> =>
    pool.query<{ so: boolean }>(`SELECT ${condition} AS so`).then(
      ({ rows }) => rows[0]?.so === true,
      () => false,
    );
  const until = async (condition: string): Promise<void> => {
    while (!(await isSo(condition))) {
      if (!postmaster.isAlive()) throw new Error('the standby ended');
      await sleep(20);
    }
  };
  await until(`EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')`);
  return {
    port,
    pool,
    cutOff: async () => {
      await pool.query(`ALTER SYSTEM SET primary_conninfo = ''`);
      await pool.query('SELECT pg_reload_conf()');
      await until(`NOT EXISTS (SELECT FROM pg_stat_wal_receiver)`);
    },
    promote: async () => {
      await pool.query('SELECT pg_promote()');
      await until('NOT pg_is_in_recovery()');
    },
    stop: async () => {
      await pool.end();
      await stopPostmaster(postmaster);
      await rm(folder, { recursive: true });
    },
  };
}

/** An address of a database that leads to another server after a failover, as a name or a virtual address does. */
export interface FailoverAddress {
  url: string;
  /** Ends every connection; new ones lead there. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

export async function failoverAddress(databaseUrl: string): Promise<FailoverAddress> {
  const url = new URL(databaseUrl);
  let target = Number(url.port);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket.setNoDelay(true).on('error', end));
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.pipe(database).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    leadTo: (port) => {
      target = port;
      cut();
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
