import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file without a name, in the system's folder for such files: it is gone with its handle, and with the process however
 * that ends.
 *
 * @throws what the system fails with (`ENOSPC`, ...)
 */
export async function anonymousFile(): Promise<FileHandle> {
  const file = join(tmpdir(), `countersign-${randomUUID()}`);
  const handle = await open(file, 'wx+', 0o600);
  await rm(file);
  return handle;
}

/**
 * Writes all of the bytes: a disk that is nearly full takes some of them and says so by a number alone.
 *
 * @param position in the file
 * @throws what the system fails with (`ENOSPC`, ...)
 */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Fills `room` from the beginning of the file: what the file does not have must never be what the room held before.
 *
 * @throws Error when the file is shorter
 */
export async function readWhole(file: FileHandle, room: Uint8Array): Promise<void> {
  for (let done = 0; done < room.length;) {
    const { bytesRead } = await file.read(room, done, room.length - done, done);
    if (bytesRead === 0) throw new Error('a spool holds less than was written to it');
    done += bytesRead;
  }
}
