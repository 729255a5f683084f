import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredBlob } from './blob-store.ts';
import { isSameProcess, processPlace, processStart } from './process-identity.ts';
import { unlessAbsent } from './stored-file.ts';
import { syncFolder } from './sync-folder.ts';

/** Nobody writes a file for so long without a byte. */
const FOREIGN_MS = 86_400_000;

/** What a file system without hard links answers (FAT, some network mounts). */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Writes a file and waits until it is on the disk.
 *
 * @param file must not exist
 * @throws whatever the source fails with, and the system's errors; a part of the file may then be there
 */
export async function writeDurably(file: string, body: Readable | Uint8Array): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      done(null, chunk);
    },
  });
  const source = body instanceof Readable ? body : Readable.from([body], { objectMode: false });
  // `flush` waits for fsync before the file is closed.
  await pipeline(source, measure, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
  return { size, sha256: hash.digest() };
}

/**
 * Gives a file a second name: no byte is copied.
 *
 * @returns false where the file system has no second names: then it must be copied
 * @throws ENOENT and others
 */
export async function secondName(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * A folder for files that are not whole yet, also one that several machines have. Each name says whose it is, so that
 * nobody's work is taken for a leftover.
 */
export class UnfinishedFiles {
  readonly #folder: string;

  /** @param folder exists */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Removes what killed processes left: of this machine at once, of others when nothing came for a day.
   *
   * @param now milliseconds since 1970
   */
  async clear(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.#folder)) await removeLeftover(this.#folder, name, now);
  }

  /**
   * Lets `make` make a file, and puts it in its place: whole and on the disk, or not at all.
   *
   * @param place its folder is made when absent; what is there is replaced
   */
  async finish<T>(place: string, make: (unfinished: string) => Promise<T>): Promise<T> {
    const unfinished = join(this.#folder, ownName());
    try {
      const made = await make(unfinished);
      await makeShard(dirname(place));
      await rename(unfinished, place);
      await syncFolder(dirname(place));
      return made;
    } finally {
      // Also after success: renaming one name of a file to another name of the same file leaves both.
      await rm(unfinished, { force: true });
    }
  }
}

/** Names its process. */
function ownName(): string {
  const start = encodeURIComponent(processStart(process.pid) ?? '');
  return [process.pid, start, processPlace(), randomUUID()].join('.');
}

/** Whether a file has a name that was given here, or by a release before. */
export function isUnfinished(name: string): boolean {
  return /^\d+\.[^.]*(\.[\w-]{22})?\.[0-9a-f-]{36}$/.test(name);
}

/**
 * Removes an unfinished file that nobody is writing.
 *
 * @param now milliseconds since 1970
 */
export async function removeLeftover(folder: string, name: string, now = Date.now()): Promise<void> {
  const file = join(folder, name);
  const found = await stat(file).catch(unlessAbsent);
  if (!found) return;
  const [pid, start, place, random] = name.split('.');
  const isLeft =
    random !== undefined && place === processPlace()
      ? !isSameProcess(Number(pid), decodeURIComponent(start ?? ''))
      : Math.max(found.mtimeMs, found.ctimeMs) < now - FOREIGN_MS;
  if (isLeft) await rm(file, { force: true });
}

async function makeShard(shard: string): Promise<void> {
  const made = await mkdir(shard, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(shard));
}
