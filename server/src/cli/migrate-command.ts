import { migrate, migrationState } from '../platform/migrate.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';
import { databaseAddresses } from './offline-database.ts';
import { asJson } from './owner-actions.ts';
import { readSettings } from './settings.ts';

const silent = { info: () => undefined };

/** `countersign migrate` */
export const migrateCommand = defineCommand({
  name: 'migrate',
  says: 'Bring the database up to this version, and say which files were run',
  details: `Every server does this at its start, so it is for those who want it done before. All files run in one
transaction, and of several programs that migrate at once one works while the others wait.`,
  options: {
    'dry-run': { type: 'boolean', says: 'change nothing; exit code 1 when there is something to run' },
    data: DATABASE_OPTIONS.data,
  },
  async run({ options, json, terminal }) {
    const { databaseMigrationUrl: url } = await databaseAddresses(readSettings(options));
    const before = await migrationState(url);
    if (before.unknown.length > 0) {
      const names = before.unknown.join(', ');
      throw new CommandFailure(
        EXIT.cannotRun,
        'newer-database',
        `The database was made by a newer Countersign (${names}): use that version.`,
      );
    }
    const dry = options['dry-run'];
    const ran = dry ? [] : await migrate(url, silent);
    const { pending, ran: all } = dry ? before : await migrationState(url);
    const text = [
      ...ran.map((name) => `ran ${name}\n`),
      ...pending.map((name) => `pending ${name}\n`),
      ran.length + pending.length === 0
        ? `Nothing to run: the database is at ${all.at(-1) ?? 'nothing'}.\n`
        : '',
    ].join('');
    await terminal.write(json ? asJson({ ran, pending, at: all.at(-1) ?? null }) : text);
    return pending.length > 0 ? EXIT.no : EXIT.done;
  },
});
