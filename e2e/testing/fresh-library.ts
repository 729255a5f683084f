import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = [
  'projects/resource-url',
  'angular.json',
  'tsconfig.angular.json',
  'package-lock.json',
  'scripts/build-schematics.mjs',
];

/** Absolute path of the library as it is published. */
export const BUILT_LIBRARY = join(WORKSPACE, 'dist/resource-url');

/**
 * Builds the library with what `ng add` runs, unless what was built last is younger than every source and every folder
 * with sources.
 */
export async function freshLibrary(): Promise<void> {
  const sources = (await Promise.all(SOURCES.map((path) => timesIn(join(WORKSPACE, path))))).flat();
  // Built last, from the same sources; a build of Angular's part alone empties the folder first.
  const [built = 0] = await timesIn(join(BUILT_LIBRARY, 'schematics', 'collection.json'));
  if (built > Math.max(...sources)) return;
  await node('node_modules/@angular/cli/bin/ng.js', 'build', 'resource-url');
  await node('scripts/build-schematics.mjs', 'dist/resource-url/schematics');
}

async function node(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, args, { cwd: WORKSPACE });
}

/** @returns when the file, or the folder and whatever is in it, changed, in milliseconds; nothing when it is not there */
async function timesIn(path: string): Promise<number[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found ? [found.mtimeMs] : [];
  const names = (await readdir(path, { recursive: true })).filter((name) => !name.endsWith('.spec.ts'));
  const each = await Promise.all(names.map((name) => stat(join(path, name))));
  return [found, ...each].map(({ mtimeMs }) => mtimeMs);
}
