import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  assertBlobKey,
  BlobNotFoundError,
  isBlobKey,
  type BlobStore,
  type ListedBlob,
} from './blob-store.ts';
import { secondName, UnfinishedFiles, writeDurably } from './durable-file.ts';
import { fileIncoming } from './file-incoming.ts';
import { makeFolder } from './make-folder.ts';
import { isAbsent, openStoredFile, unlessAbsent } from './stored-file.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * A blob store in a folder: `objects/<first two characters>/<key>`, and `incoming/<upload id>`. What is being written
 * lies in `unfinished` until it is whole and on the disk; what killed processes left there is removed now.
 *
 * @param dir is made when absent; the folders in it are readable by this user only
 */
export async function fileBlobStore(dir: string): Promise<BlobStore> {
  const [objects, incoming, unfinishedFolder] = ['objects', 'incoming', 'unfinished'].map((name) =>
    join(dir, name),
  ) as [string, string, string];
  await makeFolder(dir);
  for (const folder of [objects, incoming, unfinishedFolder]) await makeFolder(folder, 0o700);
  const unfinished = new UnfinishedFiles(unfinishedFolder);
  await unfinished.clear();
  const fileOf = (key: string): string => {
    assertBlobKey(key);
    return join(objects, key.slice(0, 2), key);
  };

  return {
    async put(key, body) {
      return unfinished.finish(fileOf(key), (file) => writeDurably(file, body));
    },

    async get(key, range) {
      return openStoredFile(fileOf(key), key, range);
    },

    async head(key) {
      const found = await stat(fileOf(key)).catch(unlessAbsent);
      return found && { size: found.size };
    },

    async delete(key) {
      await deleteFile(fileOf(key));
    },

    async copy(from, to) {
      const [source, target] = [fileOf(from), fileOf(to)];
      await unfinished.finish(target, async (file) => {
        const isNamed = await secondName(source, file).catch((error: unknown) => {
          throw isAbsent(error) ? new BlobNotFoundError(from) : error;
        });
        if (!isNamed) await writeDurably(file, await openStoredFile(source, from));
      });
    },

    list: () => listObjects(objects),

    incoming: await fileIncoming(incoming, { unfinished, fileOf }),

    clearUnfinished: (now) => unfinished.clear(now),
  };
}

/** The objects in a folder of a {@link fileBlobStore} that somebody else has open: nothing but what is asked is touched. */
export function storedFiles(dir: string): Pick<BlobStore, 'list' | 'delete'> {
  const objects = join(dir, 'objects');
  return {
    list: () => listObjects(objects),
    async delete(key) {
      assertBlobKey(key);
      await deleteFile(join(objects, key.slice(0, 2), key));
    },
  };
}

async function deleteFile(file: string): Promise<void> {
  const isGone = await rm(file).then(() => true, unlessAbsent);
  if (isGone) await syncFolder(dirname(file));
}

async function* listObjects(objects: string): AsyncGenerator<ListedBlob> {
  for (const shard of await readdir(objects)) {
    for (const key of (await readdir(join(objects, shard)).catch(unlessAbsent)) ?? []) {
      if (!isBlobKey(key)) continue;
      const found = await stat(join(objects, shard, key)).catch(unlessAbsent);
      // A copy may be a second name of old bytes; naming them changes the other of the two times.
      if (found) yield { key, size: found.size, changedAt: later(found.mtime, found.ctime) };
    }
  }
}

const later = (a: Date, b: Date): Date => (a > b ? a : b);
