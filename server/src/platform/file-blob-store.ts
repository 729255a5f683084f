import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertBlobKey, BlobNotFoundError, rangeWithin, type BlobStore } from './blob-store.ts';
import { makeFolder } from './make-folder.ts';
import { isSameProcess, processStart } from './process-identity.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * A blob store in a folder: `objects/<first two characters>/<key>`. What is being written lies in `incoming` until it
 * is whole and on the disk; what killed processes left there is removed now.
 *
 * @param dir is made when absent; both folders in it are readable by this user only
 */
export async function fileBlobStore(dir: string): Promise<BlobStore> {
  const objects = join(dir, 'objects');
  const incoming = join(dir, 'incoming');
  await makeFolder(dir);
  await makeFolder(objects, 0o700);
  await makeFolder(incoming, 0o700);
  await removeLeftovers(incoming);
  const fileOf = (key: string): string => {
    assertBlobKey(key);
    return join(objects, key.slice(0, 2), key);
  };

  return {
    async put(key, body) {
      const file = fileOf(key);
      const unfinished = join(incoming, leftoverName());
      try {
        const stored = await writeDurably(unfinished, body);
        await makeShard(dirname(file));
        await rename(unfinished, file);
        await syncFolder(dirname(file));
        return stored;
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },

    async get(key, range) {
      const handle = await open(fileOf(key)).catch((error) => {
        throw isAbsent(error) ? new BlobNotFoundError(key) : error;
      });
      try {
        const within = range && rangeWithin((await handle.stat()).size, range);
        return handle.createReadStream({ ...within, highWaterMark: 64 * 1024 });
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    async head(key) {
      try {
        const { size } = await stat(fileOf(key));
        return { size };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },

    async delete(key) {
      const file = fileOf(key);
      try {
        await rm(file);
      } catch (error) {
        if (isAbsent(error)) return;
        throw error;
      }
      await syncFolder(dirname(file));
    },
  };
}

async function writeDurably(
  file: string,
  body: Readable | Uint8Array,
): Promise<{ size: number; sha256: Buffer }> {
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

async function makeShard(shard: string): Promise<void> {
  const made = await mkdir(shard, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(shard));
}

/** Names its process, so that another process that opens the store does not take it for a leftover. */
function leftoverName(): string {
  return [process.pid, encodeURIComponent(processStart(process.pid) ?? ''), randomUUID()].join('.');
}

async function removeLeftovers(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const [pid, start] = name.split('.');
    if (pid && start && isSameProcess(Number(pid), decodeURIComponent(start))) continue;
    await rm(join(incoming, name), { force: true });
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
