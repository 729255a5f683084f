import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './postgres-account.ts';
import { isSameProcess, processStart } from './process-identity.ts';

/** A running PostgreSQL server process. */
export interface Postmaster {
  readonly pid: number;
  isAlive(): boolean;
}

/** What a server writes into its postmaster.pid. */
export interface PidFile {
  pid: number;
  port: number;
  /** `starting`, `ready`, `stopping`, ...; empty in the first moment. */
  status: string;
}

/** Reads postmaster.pid of a cluster; `undefined` when there is none (or half of one). */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), status: (lines[7] ?? '').trim() };
}

/**
 * The server that an earlier process of ours left running on this cluster. A pid file whose process ended, or whose
 * number now belongs to something else, is not one.
 */
export async function leftPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(cluster);
  const start = file && processStart(file.pid);
  if (!file || !start || !servesCluster(file.pid, await realpath(cluster))) return undefined;
  return { pid: file.pid, isAlive: () => isSameProcess(file.pid, start) };
}

/** A server has its cluster as working directory; where /proc does not tell, its command line names it (`-D`). */
function servesCluster(pid: number, cluster: string): boolean {
  try {
    if (existsSync('/proc/self/stat')) {
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      return name === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === cluster;
    }
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(
      cluster,
    );
  } catch {
    return false;
  }
}

/** How {@link spawnPostmaster} starts a server. */
export interface SpawnOptions {
  program: string;
  cluster: string;
  port: number;
  fsync: boolean;
  account: Account | undefined;
  /** Gets what the server says; stays open when this process is killed. */
  logFile: string;
}

/**
 * Starts a server that listens only on 127.0.0.1. It is a session of its own, so that Ctrl-C reaches this process
 * alone, which then ends the server after it has written what it holds.
 *
 * @returns at once: the server is not ready yet and may still fail
 */
export async function spawnPostmaster(options: SpawnOptions): Promise<Postmaster> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    fsync: options.fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_checkpoints: 'off',
  };
  const settingArguments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn(options.program, ['-D', options.cluster, ...settingArguments], {
      ...options.account,
      cwd: '/',
      env: postgresEnvironment(),
      stdio: ['ignore', log, log],
      detached: true,
    });
    return await whenSpawned(child);
  } finally {
    closeSync(log);
  }
}

/** The environment without what would change PostgreSQL's behaviour (PGDATA, PGOPTIONS, ...) and in English. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|TZ$)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function whenSpawned(child: ChildProcess): Promise<Postmaster> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const { pid } = child;
      // A program that forgot to stop its database should end, not hang; the next start finds the server.
      child.unref();
      if (pid === undefined) reject(new Error('PostgreSQL has no process id'));
      else resolve({ pid, isAlive: () => child.exitCode === null && child.signalCode === null });
    });
  });
}

/**
 * Ends a server by its process id: fast shutdown (open transactions are rolled back), and if that does not end it in
 * time, immediate shutdown (the next start recovers from the log).
 *
 * @param fastMs how long the fast shutdown may take
 * @throws Error when the process is still there after both
 */
export async function stopPostmaster(postmaster: Postmaster, fastMs = 10_000): Promise<void> {
  const steps = [
    ['SIGINT', fastMs],
    // PostgreSQL itself kills what does not react to this within five seconds.
    ['SIGQUIT', 10_000],
  ] as const;
  for (const [signal, patienceMs] of steps) {
    if (!postmaster.isAlive()) return;
    try {
      process.kill(postmaster.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const end = performance.now() + patienceMs;
    while (postmaster.isAlive() && performance.now() < end) await sleep(10);
  }
  if (postmaster.isAlive()) throw new Error(`PostgreSQL (process ${postmaster.pid}) did not stop`);
}
