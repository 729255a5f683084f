#!/usr/bin/env node
// The command `countersign`: the built package, or in a clone of the repository its sources, which are never out of date.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { alreadySet, NODE_FLAGS } from './node-flags.mjs';

const source = new URL('../src/cli/entry.ts', import.meta.url);
const COULD_NOT_RUN = 3;

try {
  if (existsSync(source)) await runSource();
  else await runBuilt();
} catch (error) {
  console.error(error.message);
  process.exitCode = COULD_NOT_RUN;
}

async function runBuilt() {
  // Alone and first: on an old Node the rest does not even load.
  const { requireNode } = await import('../dist/platform/node-version.js');
  requireNode();
  if (process.argv[2] === 'serve') becomeServer();
  await import('../dist/cli/entry.js');
}

/** V8 reads its flags once, so this program starts again with them in its own place. Windows has no way to do that. */
function becomeServer() {
  const { execArgv, execPath, argv, env } = process;
  if (process.execve === undefined || process.platform === 'win32') return;
  if (alreadySet(execArgv, env.NODE_OPTIONS)) return;
  process.execve(execPath, [execPath, ...NODE_FLAGS, ...execArgv, ...argv.slice(1)], env);
}

/** In the Node that the workspace has locked: the system's may be too old for TypeScript. */
async function runSource() {
  const { lockedNode } = await import('../../scripts/locked-node.mjs');
  const own = alreadySet(process.execArgv, process.env.NODE_OPTIONS) ? [] : NODE_FLAGS;
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', ...own];
  const args = [...flags, fileURLToPath(source), ...process.argv.slice(2)];
  const child = spawn(lockedNode(), args, { stdio: 'inherit' });
  // From a terminal both get the signal, from `kill` only this one; the child does not mind getting it twice.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${lockedNode()} cannot be started: ${error.message}`);
    process.exit(COULD_NOT_RUN);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
