// The flags that `npm start` and `npm run dev` hand to the server.
import { isAbsolute, join } from 'node:path';
import { alreadySet, NODE_FLAGS } from '../server/bin/node-flags.mjs';

/** In the form of `parseArgs`. */
export const serverFlags = {
  port: { type: 'string' },
  data: { type: 'string' },
  photos: { type: 'string' },
  'no-install': { type: 'boolean' },
};

/** Arguments for node that start the server from its sources, with the flags that were given. */
export function serverArguments({ port, data, photos }) {
  const own = alreadySet([], process.env.NODE_OPTIONS) ? [] : NODE_FLAGS;
  const args = [...own, '--conditions=source', 'server/src/main.ts'];
  if (port !== undefined) args.push('--port', port);
  if (data !== undefined) args.push('--data', fromUser(data));
  if (photos !== undefined) args.push('--photos', fromUser(photos));
  return args;
}

/** npm runs scripts in the workspace folder; a relative path means the folder where the user typed it. */
function fromUser(path) {
  return isAbsolute(path) ? path : join(process.env.INIT_CWD ?? process.cwd(), path);
}
