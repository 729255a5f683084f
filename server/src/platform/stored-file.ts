import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { BlobNotFoundError, rangeWithin, type ByteRange } from './blob-store.ts';

/**
 * Opens a file of a blob store.
 *
 * @param key names it in the error
 * @throws BlobNotFoundError, RangeError
 */
export async function openStoredFile(file: string, key: string, range?: ByteRange): Promise<Readable> {
  const handle = await open(file).catch((error) => {
    throw isAbsent(error) ? new BlobNotFoundError(key) : error;
  });
  try {
    const within = range && rangeWithin((await handle.stat()).size, range);
    return handle.createReadStream({ ...within, highWaterMark: 64 * 1024 });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whether the system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** For `catch`: no such file is no error. */
export function unlessAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}
