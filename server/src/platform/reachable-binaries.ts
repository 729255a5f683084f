import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canEnter, type Account } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { StartError } from './start-error.ts';
import type { StartLog } from './start-log.ts';

/**
 * Makes sure that the account can run the programs. Those that npm put into a folder which only root may enter (a
 * clone under /root) are copied once to `elsewhere`.
 *
 * @param elsewhere a folder that any user may enter
 * @returns the same programs, or the copy
 * @throws StartError when somebody else's programs are out of the account's reach
 */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  account: Account | undefined,
  log: StartLog,
  elsewhere = '/var/lib/countersign',
): Promise<PostgresBinaries> {
  if (!account || canEnter(account, binaries.bin)) return binaries;
  if (binaries.source !== 'npm') {
    throw new StartError(
      `The user (uid ${account.uid}) that runs the database cannot enter ${binaries.bin}.`,
    );
  }
  const copy = join(elsewhere, `postgresql-${binaries.version}`);
  if (!(await stat(copy).catch(() => undefined))) {
    log.info(
      `PostgreSQL runs as another user, who cannot enter ${binaries.bin}: its programs are copied to ${copy}`,
    );
    await copyForAll(dirname(binaries.bin), copy);
  }
  return { ...binaries, bin: join(copy, 'bin') };
}

/** Renamed at the end, so that a copy that was interrupted is never taken for a whole one. */
async function copyForAll(source: string, target: string): Promise<void> {
  const unfinished = `${target}.${process.pid}`;
  if (await mkdir(dirname(target), { recursive: true })) await chmod(dirname(target), 0o755);
  await rm(unfinished, { recursive: true, force: true });
  await cp(source, unfinished, { recursive: true, verbatimSymlinks: true });
  await chmod(unfinished, 0o755);
  for (const entry of await readdir(unfinished, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = join(entry.parentPath, entry.name);
    const runnable = entry.isDirectory() || ((await stat(file)).mode & 0o100) !== 0;
    await chmod(file, runnable ? 0o755 : 0o644);
  }
  await rename(unfinished, target);
}
