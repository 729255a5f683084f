import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clusterHome, locatedHome, type ClusterHome } from './cluster-home.ts';
import {
  clusterMajor,
  clusterPassword,
  initialiseCluster,
  removeUnfinished,
  SUPERUSER,
} from './cluster-init.ts';
import { freePort } from './free-port.ts';
import { findPostgresBinaries, postgresProgram } from './postgres-binaries.ts';
import { causeIn, openPostgresLog, type PostgresLog } from './postgres-log.ts';
import {
  leftPostmaster,
  readPidFile,
  spawnPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.ts';
import { processStart } from './process-identity.ts';
import { reachableBinaries } from './reachable-binaries.ts';
import { StartError } from './start-error.ts';
import type { StartLog } from './start-log.ts';

const DATABASE = 'countersign';

/** Recovery after a crash takes its time; a server that is not ready after this never will be. */
const READY_WITHIN_MS = 300_000;

/** Causes that pass: the port was taken in this moment, or children of a killed server are still ending. */
const PASSING = /Address already in use|shared memory block .* is still in use/;
const ATTEMPTS = 20;

export interface LocalPostgresOptions {
  /** Folder for the cluster, e.g. `data/postgres`; made when absent. */
  dir: string;
  log: StartLog;
  /** Off only in tests: without it a power cut may lose or damage everything. */
  fsync?: boolean;
  /** Where the cluster goes when PostgreSQL cannot get to `dir`; see {@link clusterHome}. */
  elsewhere?: string;
}

export interface LocalPostgres {
  /** Connection URL of the database `countersign`. It holds the superuser's password: a secret. */
  url: string;
  /** Process id of the server. */
  pid: number;
  /** Whether the server's process still runs. */
  isAlive(): boolean;
  /** Ends the server and waits for its end; may be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, and makes its cluster the first time. A server that a
 * killed process left running on the folder is taken over. When this fails, no server is left behind.
 *
 * @throws StartError naming the cause: no programs, no room, somebody else's folder, or what PostgreSQL says
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const { log, fsync = true } = options;
  const place = await clusterHome(options.dir, log, options.elsewhere);
  const adopted = await adopt(place, fsync, log);
  if (adopted) return adopted;

  await removeUnfinished(place.home);
  const major = await clusterMajor(join(place.home, 'cluster'));
  const found = await findPostgresBinaries({ major });
  const binaries = await reachableBinaries(found, place.account, log, options.elsewhere);
  if (major === undefined) {
    log.info(`making a database in ${place.home} with PostgreSQL ${binaries.version} of ${binaries.bin}`);
    await initialiseCluster(place, binaries, fsync);
  }
  const password = await clusterPassword(place.home);
  const postmaster = await launch(place, postgresProgram(binaries, 'postgres'), fsync);
  return serve(postmaster, place.home, password);
}

/**
 * Address of the local database while somebody's server runs it. Starts and changes nothing.
 *
 * @param dir the database folder, e.g. `data/postgres`
 * @returns a URL with the superuser's password: a secret; `undefined` when no server runs
 * @throws StartError when this user may not look, or the password is missing
 */
export async function runningPostgresUrl(dir: string): Promise<string | undefined> {
  try {
    const home = await locatedHome(dir);
    if (!(await leftPostmaster(join(home, 'cluster')))) return undefined;
    return await urlOf(home, await clusterPassword(home), DATABASE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new StartError(`The database folder ${dir} belongs to another user: run this as that user.`, {
      cause: error,
    });
  }
}

/** Ends the server that a killed process left running on the folder, if there is one. */
export async function stopLeftPostgres(dir: string): Promise<void> {
  const left = await leftPostmaster(join(dir, 'cluster'));
  if (left) await stopPostmaster(left);
}

async function adopt(place: ClusterHome, fsync: boolean, log: StartLog): Promise<LocalPostgres | undefined> {
  const cluster = join(place.home, 'cluster');
  const left = await leftPostmaster(cluster);
  if (!left) {
    await forgetForeignPid(cluster);
    return undefined;
  }
  log.info(`PostgreSQL (process ${left.pid}) is still running from before and is taken over`);
  try {
    await whenReady(left, cluster);
    const password = await clusterPassword(place.home);
    const url = await urlOf(place.home, password, DATABASE);
    const isAsWanted = await withClient(url, async (client) => {
      const { rows } = await client.query<{ fsync: string }>('SHOW fsync');
      return rows[0]?.fsync === (fsync ? 'on' : 'off');
    });
    if (isAsWanted) return await serve(left, place.home, password);
  } catch (error) {
    log.warn(`it does not answer as it should and is restarted (${(error as Error).message})`);
  }
  await stopPostmaster(left);
  return undefined;
}

/**
 * PostgreSQL recognises the file of a dead process, but refuses to start when the number now belongs to another
 * process of its user.
 */
async function forgetForeignPid(cluster: string): Promise<void> {
  const file = await readPidFile(cluster);
  if (file && processStart(file.pid)) await rm(join(cluster, 'postmaster.pid'));
}

async function launch(place: ClusterHome, program: string, fsync: boolean): Promise<Postmaster> {
  const { home, account } = place;
  const cluster = join(home, 'cluster');
  const portFile = join(home, 'port');
  const lastPort = Number(await readFile(portFile, 'utf8').catch(() => ''));
  for (let attempt = 1; ; attempt++) {
    const serverLog = await openPostgresLog(join(home, 'postgres.log'), account);
    // The same port as last time when it is free, so that a person's psql settings stay right.
    const port = await freePort(attempt === 1 ? lastPort : undefined);
    const postmaster = await spawnPostmaster({
      program,
      cluster,
      port,
      fsync,
      account,
      logFile: serverLog.file,
    });
    try {
      await whenReady(postmaster, cluster);
      await writeFile(portFile, `${port}\n`, { mode: 0o600 });
      if (account) await chown(portFile, account.uid, account.gid);
      return postmaster;
    } catch (error) {
      await stopPostmaster(postmaster);
      const said = await serverLog.text();
      if (attempt === ATTEMPTS || !PASSING.test(said)) throw startError(serverLog, said, error);
      await sleep(200);
    }
  }
}

function startError(serverLog: PostgresLog, said: string, cause: unknown): StartError {
  const reason = causeIn(said) || (cause as Error).message;
  return new StartError(`PostgreSQL did not start: ${reason} (more in ${serverLog.file})`, { cause });
}

async function whenReady(postmaster: Postmaster, cluster: string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end) {
    if (!postmaster.isAlive()) throw new Error(`process ${postmaster.pid} ended`);
    const file = await readPidFile(cluster);
    if (file?.pid === postmaster.pid && file.status === 'ready') return;
    await sleep(15);
  }
  throw new Error(`not ready after ${READY_WITHIN_MS / 1000} s`);
}

/** From here on a failure must end the server, since nobody else knows of it. */
async function serve(postmaster: Postmaster, home: string, password: string): Promise<LocalPostgres> {
  try {
    await ensureDatabase(home, password);
    let stopped: Promise<void> | undefined;
    return {
      url: await urlOf(home, password, DATABASE),
      pid: postmaster.pid,
      isAlive: () => postmaster.isAlive(),
      stop: () => (stopped ??= stopPostmaster(postmaster)),
    };
  } catch (error) {
    await stopPostmaster(postmaster);
    throw new StartError(`The database in ${home} cannot be opened: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function ensureDatabase(home: string, password: string): Promise<void> {
  await withClient(await urlOf(home, password, 'postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function urlOf(home: string, password: string, database: string): Promise<string> {
  const file = await readPidFile(join(home, 'cluster'));
  if (!file) throw new Error('postmaster.pid is gone');
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${file.port}/${database}`;
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // An error of an idle connection is an event; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
