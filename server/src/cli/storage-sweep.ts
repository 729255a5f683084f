import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lateS3BlobStore } from '../open-blob-store.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { storedFiles } from '../platform/file-blob-store.ts';
import { findOrphans, removeOrphans, SweepRefused } from '../resources/orphaned-objects.ts';
import { configuredS3 } from './checkpoint-files.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { cannotRun, CommandFailure, EXIT, usage } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { asJson } from './owner-actions.ts';
import type { Settings } from './settings.ts';
import { fields } from './table.ts';

const DEFAULT_HOURS = 24;
const MOST_NAMED = 20;

/** `countersign storage sweep` */
export const storageSweep = defineCommand({
  name: 'storage sweep',
  says: 'Remove stored objects that no row of the database knows',
  details: `A crash between storing bytes and recording them leaves one that belongs to nobody, so no erasure reaches it.
Looks at every object of the store, in DATA_DIR or where S3_* say; younger ones are passed over, since their
row may be written at this moment. Look with --dry-run first: exit code 1 when there are some.`,
  options: {
    'dry-run': { type: 'boolean', says: 'only count them, and name the first' },
    yes: { type: 'boolean', says: 'remove them: there is no way back' },
    'older-than-hours': {
      type: 'string',
      value: 'N',
      says: `only older ones (${DEFAULT_HOURS}, at least 1)`,
    },
    data: DATABASE_OPTIONS.data,
  },
  run: ({ options, json, terminal }) => {
    const hours = hoursOf(options['older-than-hours']);
    if (options['dry-run'] === options.yes) throw usage('Look with --dry-run first, then sweep with --yes.');
    return withDatabase(options, async ({ pools, settings }) => {
      const blobs = await storeOf(settings);
      try {
        const search = { db: pools.holder, blobs, clock, olderThanMs: hours * 3_600_000 };
        const found = await findOrphans(search);
        const removed = options.yes ? await removeOrphans(search, found) : 0;
        const { looked, young, keys, bytes } = found;
        const named = keys.slice(0, MOST_NAMED);
        await terminal.write(
          json
            ? asJson({
                dryRun: options['dry-run'],
                looked,
                young,
                orphans: keys.length,
                bytes,
                removed,
                keys: named,
              })
            : fields([
                ['objects', `${looked}, ${young} of them younger than ${hours} hours`],
                ['without a row', `${keys.length}, ${bytes} bytes`],
                ...(options.yes ? [['removed', String(removed)] as const] : []),
                ...named.map((key) => ['', key] as const),
              ]),
        );
        return options['dry-run'] && keys.length > 0 ? EXIT.no : EXIT.done;
      } catch (error) {
        if (!(error instanceof SweepRefused)) throw error;
        throw new CommandFailure(EXIT.no, 'sweep-refused', `Nothing was removed: ${error.message}`, {
          cause: error,
        });
      } finally {
        blobs.close?.();
      }
    });
  },
});

/** Never opens the store as a server does, who tidies up in it after processes that look dead from here. */
async function storeOf({
  DATA_DIR,
}: Settings): Promise<Pick<BlobStore, 'list' | 'delete'> & { close?(): void }> {
  const s3 = configuredS3();
  if (s3) return lateS3BlobStore(s3);
  const folder = join(DATA_DIR, 'files');
  if (!existsSync(folder))
    throw cannotRun(
      `There is no ${folder}: name the data folder of the server with --data, or its bucket in S3_BUCKET.`,
    );
  return storedFiles(folder);
}

function hoursOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_HOURS;
  const hours = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (hours >= 1) return hours;
  throw usage('storage sweep: --older-than-hours takes a whole number, 1 or more.');
}
