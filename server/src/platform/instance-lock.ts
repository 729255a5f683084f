import { readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './make-folder.ts';
import { isSameProcess, processStart } from './process-identity.ts';
import { StartError } from './start-error.ts';

/** Folder in the data folder with one file for each process that uses it (or died using it). */
const FOLDER = 'instances';
const ATTEMPTS = 5;

/** Data folders that this very process uses: its process id alone would not tell two uses apart. */
const usedHere = new Set<string>();

/**
 * Reserves a data folder for this process until it ends, however it ends: a killed process holds nothing, even when
 * its process id was given to another one. The folder is made when absent.
 *
 * Each process first announces itself with a file of its own and then looks for others, so of two that start at the
 * same time at most one goes on.
 *
 * @param dir the data folder
 * @throws StartError when another process uses the folder (it names the process), or it is not writable
 */
export async function lockDataFolder(dir: string): Promise<{ release(): Promise<void> }> {
  const folder = await announcementFolder(dir);
  const file = join(folder, String(process.pid));
  if (usedHere.has(folder)) throw inUse(dir, process.pid);
  usedHere.add(folder);
  try {
    for (let attempt = 1; ; attempt++) {
      await announce(file, dir);
      const other = await otherUser(folder);
      if (other === undefined) break;
      await rm(file, { force: true });
      if (attempt === ATTEMPTS) throw inUse(dir, other);
      // Two that started together withdraw together: chance decides who comes back first.
      await sleep(20 + Math.random() * 80);
    }
  } catch (error) {
    usedHere.delete(folder);
    throw error;
  }
  return {
    release: async () => {
      if (usedHere.delete(folder)) await rm(file, { force: true });
    },
  };
}

async function announcementFolder(dir: string): Promise<string> {
  try {
    await makeFolder(join(dir, FOLDER));
    return await realpath(join(dir, FOLDER));
  } catch (error) {
    throw notWritable(dir, error);
  }
}

/** Renamed into place, so that nobody reads half of it. */
async function announce(file: string, dir: string): Promise<void> {
  const unfinished = `${file}.new`;
  try {
    await writeFile(unfinished, processStart(process.pid) ?? '');
    await rename(unfinished, file);
  } catch (error) {
    throw notWritable(dir, error);
  }
}

/** Another living process that announced itself; the files of dead ones are removed on the way. */
async function otherUser(folder: string): Promise<number | undefined> {
  for (const name of await readdir(folder)) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const file = join(folder, name);
    const start = await readFile(file, 'utf8').catch(() => undefined);
    if (start === undefined) continue;
    if (isSameProcess(pid, start)) return pid;
    await rm(file, { force: true });
  }
  return undefined;
}

function inUse(dir: string, pid: number): StartError {
  return new StartError(
    `Another Countersign (process ${pid}) is using the data folder ${dir}: end it, or name another folder with --data.`,
  );
}

function notWritable(dir: string, cause: unknown): StartError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return new StartError(
    `The data folder ${dir} is not writable (${code}): make it so, or name another folder with --data.`,
    { cause },
  );
}
