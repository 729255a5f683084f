// Which lines and branches of the Angular library's core its Node specs reach: node scripts/check-coverage.mjs
import { join } from 'node:path';
import { endChildrenOnSignals, run } from './children.mjs';
import { command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { lockedNode } from './locked-node.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';

const core = 'projects/resource-url/src/core';

const help = `
node scripts/check-coverage.mjs

Runs the Node specs of ${core} and prints what they miss; fails when that is anything.
`;

await command({ help }, async () => {
  endChildrenOnSignals();
  const folder = createRunFolder();
  process.on('exit', () => removeRunFolder(folder));
  const measure = [
    join(root, 'node_modules', 'c8', 'bin', 'c8.js'),
    `--temp-directory=${join(folder, 'coverage')}`,
    `--include=${core}/**`,
    '--exclude=**/*.spec.ts',
    '--exclude=**/testing/**',
    '--reporter=text',
    '--check-coverage',
    '--lines=100',
    '--branches=100',
    // V8 takes a line for reached when only an arrow function on it was not.
    '--functions=100',
  ];
  // Sources are loaded like specs, so that one which no spec imports counts too.
  const specs = ['--conditions=source', join('scripts', 'jasmine.mjs'), ...filesIn(core)];
  const env = { TMPDIR: folder };
  return (await run(lockedNode(), [...measure, lockedNode(), ...specs], { env })).code;
});
