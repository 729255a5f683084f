import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '../../platform/testing/scratch-folder.ts';

/** A new folder for spools. */
export const spoolFolder = (): Promise<string> => mkdtemp(join(scratchFolder(), 'countersign-spool-'));

/** Whole names of the files of all writers. */
export function spoolFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What all the files hold. */
export const spoolText = (folder: string): string =>
  spoolFiles(folder)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
