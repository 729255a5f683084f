// npm run dev: server, library and showcase, each rebuilt or restarted when its sources change.
import { angular } from './angular.mjs';
import { endChildrenOnSignals, start } from './children.mjs';
import { command } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { serverArguments, serverFlags } from './server-flags.mjs';

const help = `
npm run dev -- [--port N] [--data DIR] [--photos DIR] [--no-install]

Watches the server (restarted), the library and the showcase (rebuilt); reload the page to see a change.
Ctrl-C ends everything.
`;

await command({ help, options: serverFlags }, async (flags) => {
  endChildrenOnSignals();
  await ensureInstalled({ install: !flags['no-install'] });
  console.log('Look at the "ready" address once the first build is done; reload the page after a change.');
  const programs = [
    start(...angular('build', 'showcase', '--watch', '--configuration', 'development')),
    start(lockedNode(), ['--watch', '--watch-preserve-output', ...serverArguments(flags)], {
      graceSeconds: 30,
    }),
  ];
  const { code } = await Promise.race(programs.map((program) => program.done));
  await Promise.all(programs.map((program) => program.end()));
  return code;
});
