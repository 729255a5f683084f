// What is published of a Node package of the workspace: dist/NAME, like the Angular library's, never its own folder.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

/**
 * The manifest without what only this workspace reads. Its `source` condition leads to TypeScript that is not
 * published, and whoever installs the package may use a condition of that name for something else.
 * @param manifest content of a package.json
 */
export function publishedManifest(manifest) {
  const kept = Object.entries(manifest).filter(([field]) => !['private', 'devDependencies'].includes(field));
  return { ...Object.fromEntries(kept), exports: withoutSource(manifest.exports) };
}

function withoutSource(exports) {
  if (typeof exports !== 'object' || exports === null) return exports;
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([condition]) => condition !== 'source')
      .map(([key, value]) => [key, withoutSource(value)]),
  );
}

/**
 * Writes dist/NAME from a package that `tsc` compiled into its own dist folder.
 * @param folder of the package, e.g. projects/signed-url
 * @param name of the folder in dist
 */
export function stagePackage(folder, name) {
  const from = join(root, folder);
  const to = join(root, 'dist', name);
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const parts = [...manifest.files, 'README.md', 'LICENSE'];
  for (const part of parts.filter((name) => existsSync(join(from, name)))) {
    cpSync(join(from, part), join(to, part), { recursive: true });
  }
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
}
