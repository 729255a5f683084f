import { open } from 'node:fs/promises';

/**
 * Waits until the names in a folder (a file that was created, renamed or removed) are on the disk. Windows cannot
 * open folders and needs no such call.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
