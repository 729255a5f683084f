import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { syncFolder } from './sync-folder.ts';
import { StartError } from './start-error.ts';

/**
 * Reads a secret of the embedded mode, and makes it the first time: `<dataDir>/secrets/<name>`, mode 0600, in a
 * folder of mode 0700. It is on the disk before it is used, and of two that make it at once both get the same.
 *
 * @param dataDir the data folder; `secrets` in it is made when absent
 * @param name lower-case words joined by hyphens, e.g. `master-secret`
 * @param bytes how many random bytes, 16 to 1024
 * @returns base64url text without padding
 * @throws StartError when the file holds something else, since going on with it could not be undone
 */
export async function generatedSecret(dataDir: string, name: string, bytes = 32): Promise<string> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new RangeError(`not a secret's name: ${name}`);
  if (!Number.isInteger(bytes) || bytes < 16 || bytes > 1024)
    throw new RangeError(`not a secret's length: ${bytes}`);
  const folder = join(dataDir, 'secrets');
  const file = join(folder, name);
  const stored = (await readSecret(file)) ?? (await makeSecret(folder, file, bytes));
  if (Buffer.from(stored, 'base64url').length === bytes && /^[\w-]+$/.test(stored)) return stored;
  throw new StartError(
    `The secret in ${file} is damaged: restore it; without it nothing that was signed is valid.`,
  );
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    // Tightened rather than refused: archives and copies often lose the mode.
    await chmod(file, 0o600);
    return text.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartError(`The secret in ${file} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Linked under its name only when whole: a link, unlike a rename, fails when another process was first. */
async function makeSecret(folder: string, file: string, bytes: number): Promise<string> {
  const secret = randomBytes(bytes).toString('base64url');
  const unfinished = join(folder, `.${randomUUID()}`);
  try {
    await makeFolder(folder, 0o700);
    await chmod(folder, 0o700);
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(`${secret}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(unfinished, file);
    await syncFolder(folder);
    return secret;
  } catch (error) {
    const first = await readSecret(file);
    if (first !== undefined) return first;
    throw new StartError(`The secret ${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}
