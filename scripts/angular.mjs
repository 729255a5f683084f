// The Angular command line, and the showcase that the server serves.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './children.mjs';
import { CommandError, root } from './command.mjs';
import { filesIn, fingerprint } from './files.mjs';
import { lockedNode } from './locked-node.mjs';

const showcaseSources = [
  'projects/showcase',
  'projects/resource-url',
  'angular.json',
  'tsconfig.json',
  'tsconfig.angular.json',
  'package-lock.json',
];
const stamp = join(root, 'dist', 'showcase', '.sources');

/** Program and arguments for `ng ...`. */
export function angular(...args) {
  return [lockedNode(), [join(root, 'node_modules', '@angular', 'cli', 'bin', 'ng.js'), ...args]];
}

/** Builds library or application. @returns `{ code, output }` */
export async function buildProject(name, options) {
  const result = await run(...angular('build', name), options);
  if (name === 'resource-url' && result.code === 0) return withSchematics(result, options);
  if (name === 'showcase' && result.code === 0) writeFileSync(stamp, showcaseFingerprint());
  return result;
}

/** What `ng add` runs is no part of an Angular build, and is compiled into the package afterwards. */
async function withSchematics({ output }, options) {
  const script = join(root, 'scripts', 'build-schematics.mjs');
  const schematics = await run(lockedNode(), [script, 'dist/resource-url/schematics'], options);
  return { code: schematics.code, output: output + schematics.output };
}

/** Whether dist/showcase was built from exactly the sources that are here. ng empties the folder, stamp included, first. */
export function showcaseIsFresh() {
  try {
    return readFileSync(stamp, 'utf8') === showcaseFingerprint();
  } catch {
    return false;
  }
}

/** Builds the showcase if that is due, saying so. @throws CommandError when it does not build */
export async function ensureShowcase() {
  if (showcaseIsFresh()) return;
  console.log('Building the showcase (half a minute or so, whenever its sources changed) ...');
  const { code } = await buildProject('showcase');
  if (code !== 0) throw new CommandError('The showcase did not build; nothing was started.');
}

function showcaseFingerprint() {
  return fingerprint(showcaseSources.flatMap(filesIn).filter((file) => !file.endsWith('.spec.ts')));
}
