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
