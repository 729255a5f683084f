import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../platform/free-port.ts';
import { postgresAccount } from '../platform/postgres-account.ts';

/** The PgBouncer of this machine; undefined: there is none, and such specs are pending. */
export const pgbouncerPath: string | undefined = [
  process.env['PGBOUNCER'],
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
].find((path) => path !== undefined && existsSync(path));

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A real PgBouncer in transaction mode, in a process of its own. */
export class PgBouncer {
  /** The database's URL through it. */
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * Starts one on a free port of loopback.
   *
   * @param connections to the database, for all clients together
   */
  static async start(databaseUrl: string, connections: number): Promise<PgBouncer> {
    if (!pgbouncerPath) throw new Error('needs pgbouncer');
    const folder = await mkdtemp(join(tmpdir(), 'countersign-pgbouncer-'));
    const port = await freePort();
    const file = join(folder, 'pgbouncer.ini');
    await writeFile(file, settings(new URL(databaseUrl), port, connections), { mode: 0o600 });
    // It refuses to run as root.
    const account = await postgresAccount(folder, quiet);
    if (account) await Promise.all([folder, file].map((path) => chown(path, account.uid, account.gid)));
    const child = spawn(pgbouncerPath, [file], { stdio: 'ignore', cwd: '/', ...account });
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    const started = new PgBouncer(url.href, child, folder);
    await started.#ready();
    return started;
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    while (!(await answers(this.url))) {
      if (this.#child.exitCode !== null) throw new Error(`pgbouncer ended with ${this.#child.exitCode}`);
      await sleep(10);
    }
  }
}

/** Whoever gets through to loopback may be anybody: what counts is the login to the database. */
function settings(database: URL, port: number, connections: number): string {
  const { hostname, username, password } = database;
  return `[databases]
* = host=${hostname} port=${database.port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 200
`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
