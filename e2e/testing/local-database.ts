import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @returns the address of the database that a server runs for itself in its data folder */
export async function localDatabaseUrl(dataDir: string): Promise<string> {
  const home = join(dataDir, 'postgres');
  const password = (await readFile(join(home, 'password'), 'utf8')).trim();
  const { port } = await postmaster(dataDir);
  return `postgres://countersign:${password}@127.0.0.1:${port}/countersign`;
}

/** @returns process id and port of the PostgreSQL that a server started for itself */
export async function postmaster(dataDir: string): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/** @returns whether a process of this id runs; one that has ended and only waits for its parent does not */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}
