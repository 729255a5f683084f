import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredBlob } from './blob-store.ts';
import { isSameProcess, processStart } from './process-identity.ts';
import { syncFolder } from './sync-folder.ts';

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
 * A folder for files that are not whole yet. What a killed process left is removed when it is opened; each name says
 * whose it is, so that nobody's work is taken for a leftover.
 */
export class UnfinishedFiles {
  readonly #folder: string;

  /** @param folder exists */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes what killed processes left. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!isBeingWritten(name)) await rm(join(this.#folder, name), { force: true });
    }
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
  return [process.pid, encodeURIComponent(processStart(process.pid) ?? ''), randomUUID()].join('.');
}

/** Whether a file has a name that was given here. */
export function isUnfinished(name: string): boolean {
  return /^\d+\.[^.]*\.[0-9a-f-]{36}$/.test(name);
}

/** Whether a name is that of a file which a living process is writing. */
export function isBeingWritten(name: string): boolean {
  const [pid, start] = name.split('.');
  return Boolean(pid && start && isSameProcess(Number(pid), decodeURIComponent(start)));
}

async function makeShard(shard: string): Promise<void> {
  const made = await mkdir(shard, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(shard));
}
