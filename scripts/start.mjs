// npm start: from a fresh clone to a running server.
import { ensureShowcase } from './angular.mjs';
import { endChildrenOnSignals, start } from './children.mjs';
import { command } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { serverArguments, serverFlags } from './server-flags.mjs';

const help = `
npm start -- [--port N] [--data DIR] [--photos DIR] [--no-install]

Installs what is missing, builds the showcase and serves everything on one port; ready when it prints
"ready http://127.0.0.1:N". Ctrl-C or SIGTERM ends it with everything it started.

  --port N       port to listen on (default 3000)
  --data DIR     folder for database, files and secrets (default data)
  --photos DIR   import the pictures of this folder for the team page
  --no-install   never install anything; say what is missing instead
  --help         this text
`;

await command({ help, options: serverFlags }, async (flags) => {
  endChildrenOnSignals();
  await ensureInstalled({ install: !flags['no-install'] });
  await ensureShowcase();
  const { code } = await start(lockedNode(), serverArguments(flags), { graceSeconds: 30 }).done;
  return code;
});
