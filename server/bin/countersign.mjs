#!/usr/bin/env node
// The command `countersign`: the built package, or in a clone of the repository its sources, which are never out of date.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

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
  await import('../dist/cli/entry.js');
}

/** In the Node that the workspace has locked: the system's may be too old for TypeScript. */
async function runSource() {
  const { lockedNode } = await import('../../scripts/locked-node.mjs');
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
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
