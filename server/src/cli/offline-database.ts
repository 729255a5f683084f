import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { openPools, type DatabaseAddresses, type DatabasePools } from '../database-pools.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { runningPostgresUrl } from '../platform/local-postgres.ts';
import { migrationState } from '../platform/migrate.ts';
import { cannotRun } from './exit-codes.ts';
import { readSettings, type Settings } from './settings.ts';

/** The server's database, as a command uses it. */
export interface OfflineDatabase {
  /** Connections that act as the roles of the server's. */
  pools: DatabasePools;
  tenantId: string;
  settings: Settings;
  log: Logger;
}

/**
 * Opens the database that DATABASE_URL names, or the one that an embedded server runs at this moment; no server needs to
 * run for the former.
 *
 * @throws CommandFailure or StartError when there is none, or it is not at this program's version: half-known tables are
 *   no place to destroy keys in
 */
export async function withDatabase<T>(
  options: { data?: string | undefined; tenant?: string | undefined },
  work: (opened: OfflineDatabase) => Promise<T>,
): Promise<T> {
  const settings = readSettings(options);
  const addresses = await databaseAddresses(settings);
  await requireCurrent(addresses);
  const log = quietLog(settings);
  const pools = await openPools(addresses, log);
  try {
    return await work({ pools, tenantId: settings.TENANT, settings, log });
  } finally {
    await pools.end();
  }
}

/**
 * Opens the same database for who may read the audit of every tenant and nothing else, such as a person with a login of
 * their own.
 *
 * @throws CommandFailure when there is none
 */
export async function withAuditor<T>(
  options: { data?: string | undefined },
  work: (auditor: Database) => Promise<T>,
): Promise<T> {
  const settings = readSettings(options);
  const { databaseDirectUrl } = await databaseAddresses(settings);
  const auditor = openDatabase(databaseDirectUrl, quietLog(settings), { max: 1, role: 'auditor' });
  try {
    return await work(auditor);
  } finally {
    await auditor.end();
  }
}

/** @throws CommandFailure when the environment names no database and no embedded server runs one */
export async function databaseAddresses(settings: Settings): Promise<DatabaseAddresses> {
  const databaseUrl =
    settings.DATABASE_URL ?? (await runningPostgresUrl(join(settings.DATA_DIR, 'postgres')));
  if (databaseUrl === undefined) {
    throw cannotRun(
      `No database: set DATABASE_URL, or start the server whose data folder is ${settings.DATA_DIR} (--data names another).`,
    );
  }
  const databaseDirectUrl = settings.DATABASE_DIRECT_URL ?? databaseUrl;
  return {
    databaseUrl,
    databaseDirectUrl,
    databaseMigrationUrl: settings.DATABASE_MIGRATION_URL ?? databaseDirectUrl,
  };
}

async function requireCurrent({ databaseMigrationUrl }: DatabaseAddresses): Promise<void> {
  const { pending, unknown } = await migrationState(databaseMigrationUrl);
  if (unknown.length > 0) {
    throw cannotRun(
      `The database was made by a newer Countersign (${unknown.join(', ')}): use that version.`,
    );
  }
  if (pending.length > 0) {
    throw cannotRun(`The database lacks ${pending.join(', ')}: run countersign migrate first.`);
  }
}

/** What a person is told is told by the command; the log is for who looks for a cause. */
function quietLog({ LOG_LEVEL }: Pick<Settings, 'LOG_LEVEL'>): Logger {
  const level = LOG_LEVEL === 'debug' || LOG_LEVEL === 'trace' ? LOG_LEVEL : 'silent';
  return pino({ level }, pino.destination({ fd: 2, sync: true }));
}
