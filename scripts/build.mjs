// npm run build: everything that can be published, in dependency order.
import { join } from 'node:path';
import { buildProject } from './angular.mjs';
import { endChildrenOnSignals, run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { stagePackage } from './publishable.mjs';

const help = `
npm run build -- [--no-install]

Builds signed-url, the server, the Angular library and the showcase. What can be published is in dist/signed-url,
dist/server and dist/resource-url.
`;

/** Compiles a Node package into its own dist folder, and copies what is published to dist/NAME. @returns `{ code }` */
async function nodePackage(folder, name) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code } = await run(lockedNode(), [tsc, '-p', `${folder}/tsconfig.build.json`]);
  if (code === 0) stagePackage(folder, name);
  return { code };
}

const steps = [
  ['signed-url', () => nodePackage('projects/signed-url', 'signed-url')],
  ['server', () => nodePackage('server', 'server')],
  ['resource-url', () => buildProject('resource-url')],
  ['showcase', () => buildProject('showcase')],
];

await command({ help, options: { 'no-install': { type: 'boolean' } } }, async (flags) => {
  endChildrenOnSignals();
  await ensureInstalled({ install: !flags['no-install'] });
  for (const [name, build] of steps) {
    const from = Date.now();
    const { code } = await build();
    if (code !== 0) throw new CommandError(`${name} did not build.`);
    console.log(`built ${name} in ${((Date.now() - from) / 1000).toFixed(1)} s`);
  }
});
