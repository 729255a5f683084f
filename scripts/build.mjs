// npm run build: everything that can be published, in dependency order.
import { join } from 'node:path';
import { buildProject } from './angular.mjs';
import { endChildrenOnSignals, run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';

const help = `
npm run build -- [--no-install]

Builds what is published: signed-url, the server, the Angular library and the showcase, each into a dist folder.
`;

/** Compiles a Node package into its dist folder. @returns `{ code, output }` */
function typescript(config) {
  return run(lockedNode(), [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config]);
}

const steps = [
  ['signed-url', () => typescript('projects/signed-url/tsconfig.build.json')],
  ['server', () => typescript('server/tsconfig.build.json')],
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
