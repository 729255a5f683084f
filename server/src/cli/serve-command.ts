import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readEnvironment } from '../config.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { cannotRun, EXIT, usage } from './exit-codes.ts';

/** `countersign serve` */
export const serveCommand = defineCommand({
  name: 'serve',
  says: 'Run the server until it is told to stop',
  details: `Says "ready http://..." on stdout when it answers, and logs to stderr. Ctrl-C, SIGTERM or SIGHUP end it with
everything it started, exit code 0. What npm start does, without installing and building.`,
  options: {
    port: {
      type: 'string',
      value: 'N',
      says: 'listen on this port; 0 takes a free one (PORT, default 3000)',
    },
    data: {
      ...DATABASE_OPTIONS.data,
      says: 'keep files, database and secrets here (DATA_DIR, default data)',
    },
    photos: {
      type: 'string',
      value: 'DIR',
      completes: 'folder',
      says: 'import every photo of this folder as team photos',
    },
  },
  async run({ options: { port, data, photos } }) {
    const environment = environmentOf({ PORT: port, DATA_DIR: data });
    environment.DATA_DIR = resolve(environment.DATA_DIR);
    if (photos !== undefined && !statSync(photos, { throwIfNoEntry: false })?.isDirectory()) {
      throw usage(`--photos: there is no folder ${resolve(photos)}.`);
    }
    // Other commands need neither Express nor the features.
    const { serve } = await import('../main.ts');
    await serve({ environment, photos: photos && resolve(photos), failureCode: EXIT.cannotRun });
    // It ends the process itself.
    return new Promise<never>(() => undefined);
  },
});

function environmentOf(given: Record<string, string | undefined>) {
  const options = Object.entries(given).filter(([, value]) => value !== undefined);
  try {
    return readEnvironment({ ...process.env, ...Object.fromEntries(options) });
  } catch (error) {
    throw cannotRun((error as Error).message, error);
  }
}
