import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { StartError } from '../platform/start-error.ts';

/** One entry of a photo folder: a file, or something that is none, with the reason as the end of "it ...". */
export interface FolderEntry {
  /** Path below the folder, as text for people. */
  name: string;
  /** Path as the system has it: names need not be valid UTF-8. */
  file: Buffer;
  refused?: string;
}

/**
 * Lists a folder and all folders in it, sorted by name. Links to files are followed as long as they stay inside;
 * links to folders are not.
 *
 * @throws StartError when the folder itself cannot be read
 */
export async function listPhotoFolder(folder: string): Promise<FolderEntry[]> {
  let root: string;
  try {
    root = await realpath(folder);
    const entries = await listInto([], Buffer.from(root), '', root);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new StartError(`The photo folder ${folder} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function listInto(
  entries: FolderEntry[],
  folder: Buffer,
  prefix: string,
  root: string,
): Promise<FolderEntry[]> {
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const file = Buffer.concat([folder, Buffer.from(sep), entry.name]);
    const name = prefix + entry.name.toString();
    if (entry.isDirectory()) {
      await listInto(entries, file, `${name}/`, root).catch((error: NodeJS.ErrnoException) => {
        entries.push({ name: `${name}/`, file, refused: `cannot be read (${error.code})` });
      });
    } else {
      const refused = entry.isSymbolicLink() ? await refusedLink(file, root) : notAFile(entry.isFile());
      entries.push(refused ? { name, file, refused } : { name, file });
    }
  }
  return entries;
}

function notAFile(isFile: boolean): string | undefined {
  return isFile ? undefined : 'is not a file';
}

async function refusedLink(link: Buffer, root: string): Promise<string | undefined> {
  try {
    const target = await realpath(link);
    if (!target.startsWith(join(root, sep))) return 'is a link that leads out of the folder';
    const found = await stat(link);
    return found.isDirectory() ? 'is a link to a folder' : notAFile(found.isFile());
  } catch (error) {
    return `is a link that leads nowhere (${(error as NodeJS.ErrnoException).code})`;
  }
}

/**
 * Reads a file of the folder.
 *
 * @param mostBytes more is not read
 * @returns the bytes, or the reason why not
 */
export async function readPhoto(file: Buffer, mostBytes: number): Promise<Buffer | { refused: string }> {
  try {
    // Without O_NONBLOCK a pipe that took the file's place would wait for ever.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = await handle.stat();
      if (size > mostBytes)
        return { refused: `is too large (${megabytes(size)}; at most ${megabytes(mostBytes)})` };
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { refused: `cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

/** A size for people, e.g. `12.3 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
