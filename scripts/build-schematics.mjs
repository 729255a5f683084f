// Builds what `ng add @countersign/angular` runs: node scripts/build-schematics.mjs FOLDER
// The CLI reads schematics as CommonJS, and the package is ESM, so a package.json that says so goes with them.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { lockedNode } from './locked-node.mjs';

const help =
  'node scripts/build-schematics.mjs FOLDER: the schematics of @countersign/angular, as they are published';
const sources = 'projects/resource-url/schematics';

await command({ help, words: true }, async (_flags, [folder]) => {
  if (!folder) throw new CommandError('Say into which folder.');
  const output = resolve(root, folder);
  rmSync(output, { recursive: true, force: true });
  const { code } = await run(lockedNode(), [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', 'projects/resource-url/tsconfig.schematics.json', '--outDir', output],
  ]);
  if (code !== 0) throw new CommandError('The schematics did not compile.');
  for (const file of filesIn(sources).filter((name) => name.endsWith('.json'))) {
    const target = join(output, file.slice(sources.length).replace('/published/', '/'));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, file), target);
  }
});
