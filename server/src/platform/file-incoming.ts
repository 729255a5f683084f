import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertBlobKey,
  BlobNotFoundError,
  IncomingChangedError,
  isBlobKey,
  type FolderPlace,
  type IncomingBlobs,
  type ListedIncoming,
} from './blob-store.ts';
import {
  isUnfinished,
  removeLeftover,
  secondName,
  writeDurably,
  type UnfinishedFiles,
} from './durable-file.ts';
import { isAbsent, openStoredFile, unlessAbsent } from './stored-file.ts';
import { syncFolder } from './sync-folder.ts';

/** What tus keeps of an upload beside it. */
const BESIDE = ['', '.json'];

/** Uploads as files in one folder, where tus can write too. */
export async function fileIncoming(
  folder: string,
  objects: { unfinished: UnfinishedFiles; fileOf: (key: string) => string },
): Promise<IncomingBlobs & { place: FolderPlace }> {
  await removeOldLeftovers(folder);
  const { unfinished } = objects;
  const fileOf = (id: string): string => {
    assertBlobKey(id);
    return join(folder, id);
  };
  const drop = async (id: string): Promise<void> => {
    const file = fileOf(id);
    for (const beside of BESIDE) await rm(`${file}${beside}`, { force: true });
    await syncFolder(folder);
  };

  return {
    async put(id, body) {
      return unfinished.finish(fileOf(id), (file) => writeDurably(file, body));
    },

    async head(id) {
      const found = await stat(fileOf(id), { bigint: true }).catch(unlessAbsent);
      return found && { size: Number(found.size), tag: tagOf(found) };
    },

    async get(id, range) {
      return openStoredFile(fileOf(id), id, range);
    },

    async take(id, key, verified) {
      const source = fileOf(id);
      const target = objects.fileOf(key);
      const handle = await open(source).catch((error: unknown) => {
        throw isAbsent(error) ? new BlobNotFoundError(id) : error;
      });
      try {
        const found = await handle.stat({ bigint: true });
        const tag = tagOf(found);
        if (verified && verified.tag !== tag) throw new IncomingChangedError(id);
        const sha256 = verified?.sha256 ?? (await hashOf(handle));
        // Whoever wrote it in place may not have waited for the disk.
        await handle.sync();
        await unfinished.finish(target, async (file) => {
          const isNamed = await secondName(source, file).catch((error: unknown) => {
            throw isAbsent(error) ? new IncomingChangedError(id) : error;
          });
          if (!isNamed) await writeDurably(file, handle.createReadStream({ start: 0, autoClose: false }));
          // The name may be that of another file by now, and both may have been written to.
          const named = isNamed ? await stat(file, { bigint: true }) : await handle.stat({ bigint: true });
          if (tagOf(named) !== tag) throw new IncomingChangedError(id);
        });
        await drop(id);
        return { size: Number(found.size), sha256 };
      } finally {
        await handle.close();
      }
    },

    drop,

    list: () => listUploads(folder),

    place: { folder },
  };
}

/** Which file, how long, last changed when: another one after a write in place, and after a replacement. */
function tagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs].map((part) => part.toString(36)).join('-');
}

async function hashOf(handle: FileHandle): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false }))
    hash.update(chunk as Buffer);
  return hash.digest();
}

async function* listUploads(folder: string): AsyncGenerator<ListedIncoming> {
  const told = new Set<string>();
  for (const name of await readdir(folder)) {
    const id = name.replace(/\.json$/, '');
    if (!isBlobKey(id) || told.has(id)) continue;
    told.add(id);
    const found =
      (await stat(join(folder, id)).catch(unlessAbsent)) ??
      (await stat(join(folder, `${id}.json`)).catch(unlessAbsent));
    if (found) yield { id, size: found.size, changedAt: found.mtime };
  }
}

/** Earlier releases wrote here what is now in `unfinished`. */
async function removeOldLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isUnfinished(name)) await removeLeftover(folder, name);
  }
}
