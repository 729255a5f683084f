// Installs the locked packages when they are not there yet, or no longer the locked ones.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './children.mjs';
import { CommandError, root } from './command.mjs';

/**
 * @param install false (`--no-install`): only check
 * @throws CommandError when packages are missing and may not or cannot be installed
 */
export async function ensureInstalled({ install = true } = {}) {
  const missing = missingPackages(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'));
  if (missing.length === 0) return;
  if (!install) {
    throw new CommandError(
      `${missing.length} packages are missing (${missing[0]}, ...): run npm ci first, or leave out --no-install.`,
    );
  }
  console.log(`Installing ${missing.length} packages with npm ci (a minute or so, once) ...`);
  // npm replaces node_modules, so it must not run on the Node that lies in there.
  const { code } = await run(
    'npm',
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      env: { PATH: pathOutside(process.env.PATH) },
    },
  );
  if (code !== 0) throw new CommandError(`npm ci ended with code ${code}; nothing was started.`);
}

/**
 * Which packages of package-lock.json are not installed in that version. npm writes the second file last, after every
 * install script, so an interrupted installation counts as none. Optional packages may be missing (other platforms).
 * @param locked, installed the `packages` objects of the two lock files
 */
export function missingPackages(locked, installed) {
  return Object.entries(locked)
    .filter(
      ([path, entry]) => path.includes('node_modules/') && !entry.optional && !same(entry, installed[path]),
    )
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

function same(entry, other) {
  return other !== undefined && entry.version === other.version && entry.integrity === other.integrity;
}

function readLock(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

function pathOutside(path) {
  return path
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter);
}
