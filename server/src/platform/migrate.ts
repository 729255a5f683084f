import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { StartError } from './start-error.ts';
import type { StartLog } from './start-log.ts';

const TABLE = 'schema_migrations';

const NOT_THE_OWNER =
  'Set DATABASE_MIGRATION_URL to the address with the login that owns the tables, see docs/database.md.';

/** `server/migrations`: two folders up both from the source and from the built `dist`. */
const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the database up to this program: runs every file of the migrations folder that has not been run, in order,
 * all in one transaction. Several servers may start at once: an advisory lock lets one migrate while the others wait.
 *
 * @param databaseUrl connection URL; never logged
 * @param log is told the files that were run
 * @param folder holds `0001_what_it_does.sql`, ...; plain SQL that starts with `-- Up Migration`
 * @returns names of the files that were run, e.g. `0001_first`
 * @throws StartError when the database cannot be reached, a file fails (nothing of any is kept then), or the database
 *   was made by a newer program
 */
export async function migrate(
  databaseUrl: string,
  log: Pick<StartLog, 'info'>,
  folder = FOLDER,
): Promise<string[]> {
  const client = await connect(databaseUrl);
  let current = '';
  const follow = (line: string) => {
    current = /### MIGRATION (\S+)/.exec(line)?.[1] ?? current;
  };
  const silent = () => undefined;
  try {
    await refuseNewer(client, folder);
    // The owner is held by row level security too: a statement that would pass over rows fails instead.
    await client.query('SET row_security = off');
    const ran = await runner({
      dbClient: client,
      dir: folder,
      migrationsTable: TABLE,
      direction: 'up',
      singleTransaction: true,
      checkOrder: true,
      advisoryLockMode: 'wait',
      logger: { info: follow, warn: silent, error: silent },
    });
    const names = ran.map(({ name }) => name);
    if (names.length) log.info(`database migrated: ${names.join(', ')}`);
    return names;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const at = current ? ` (${current})` : '';
    // The runner wraps some errors: the SQLSTATE is lost then, and the stack is part of the message.
    const message = (error as Error).message.replace(/\n\s+at [^]*/, '');
    const hint = message.includes('permission denied') ? `. ${NOT_THE_OWNER}` : '';
    throw new StartError(`The database could not be migrated${at}: ${message}${hint}`, { cause: error });
  } finally {
    await client.end();
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
    // A lost connection shows in the query that is running; the event alone would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    const place = client ? `${client.host}:${client.port}/${client.database ?? ''}` : 'DATABASE_URL';
    throw new StartError(
      `The database at ${place} cannot be opened: ${reason(error as Error)}. Look at DATABASE_MIGRATION_URL, or DATABASE_URL where that is not set.`,
      { cause: error },
    );
  }
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function reason(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}

/** Which files of the migrations folder a database has seen. */
export interface MigrationState {
  /** Names in the order in which they were run. */
  ran: string[];
  /** Of the folder, not run yet. */
  pending: string[];
  /** Run by a newer program. */
  unknown: string[];
}

/**
 * Looks, and changes nothing.
 *
 * @throws StartError when the database cannot be reached, or its user is not the one who migrates
 */
export async function migrationState(databaseUrl: string, folder = FOLDER): Promise<MigrationState> {
  const client = await connect(databaseUrl);
  try {
    return await stateOf(client, folder);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42501') throw error;
    throw new StartError(
      `The database login ${client.user ?? ''} may not read which migrations were run: set DATABASE_MIGRATION_URL, see docs/database.md.`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

async function stateOf(client: pg.Client, folder: string): Promise<MigrationState> {
  const known = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const names = known.map((file) => basename(file, '.sql'));
  const { rows } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
    TABLE,
  ]);
  if (!rows[0]?.exists) return { ran: [], pending: names, unknown: [] };
  const stored = await client.query<{ name: string }>(`SELECT name FROM ${TABLE} ORDER BY id`);
  const ran = stored.rows.map(({ name }) => name);
  return {
    ran,
    pending: names.filter((name) => !ran.includes(name)),
    unknown: ran.filter((name) => !names.includes(name)),
  };
}

/** An older program would not know what the newer tables promise. */
async function refuseNewer(client: pg.Client, folder: string): Promise<void> {
  const { unknown } = await stateOf(client, folder);
  if (!unknown.length) return;
  throw new StartError(
    `The database was made by a newer Countersign (${unknown.join(', ')}): start that version, or restore a backup.`,
  );
}
