// Listing and fingerprinting files of the workspace.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

const generated = new Set(['node_modules', 'dist', '.angular', 'data', 'out-tsc', 'coverage', 'artifacts']);

/**
 * Every file in a folder of the workspace (or the file itself), folders that builds write left out.
 * @param path relative to the workspace, with `/`
 * @returns relative paths with `/`, sorted; none when there is no such path
 */
export function filesIn(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .filter((name) => !generated.has(name))
    .sort()
    .flatMap((name) => filesIn(`${path}/${name}`));
}

/** SHA-256 (hex) over names and contents: changes when a file is changed, added, removed or renamed. */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
