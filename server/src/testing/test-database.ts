import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startLocalPostgres, stopLeftPostgres, type LocalPostgres } from '../platform/local-postgres.ts';
import { migrate } from '../platform/migrate.ts';
import { TenantDatabase } from '../platform/tenant-database.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { isSameProcess, processStart } from '../platform/process-identity.ts';

const TEMPLATE = 'countersign_template';
const FOLDER = join(scratchFolder(), `countersign-tests-${process.getuid?.() ?? ''}`);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A migrated, empty database of its own. */
export interface TestDatabase {
  url: string;
  /** As the superuser, whom no row level security holds. */
  pool: pg.Pool;
  /** The same connections, for one tenant at a time. */
  tenants: TenantDatabase;
  /** Closes the pool and removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

let cluster: Promise<{ postgres: LocalPostgres; folder: string }> | undefined;

/**
 * Makes a database for one test or one file of tests, as a copy of a migrated template: some 50 ms each. The first
 * call of a run starts a real PostgreSQL (without fsync), which ends with the run.
 */
export async function freshDatabase(): Promise<TestDatabase> {
  const { postgres } = await (cluster ??= startCluster());
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(postgres, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = urlOf(postgres, name);
  const pool = new pg.Pool({ connectionString: url });
  // Dropping a database ends its idle connections, which is an event of the pool.
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    tenants: new TenantDatabase(pool),
    drop: async () => {
      if (!pool.ended) await pool.end();
      await administer(postgres, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

afterAll(async () => {
  if (!cluster) return;
  const { postgres, folder } = await cluster;
  await postgres.stop();
  await rm(folder, { recursive: true });
});

async function startCluster(): Promise<{ postgres: LocalPostgres; folder: string }> {
  await removeLeftClusters();
  // Its name tells the next run whether the run that made it is still going on.
  const run = `${process.pid}-${encodeURIComponent(processStart(process.pid) ?? '')}-`;
  const folder = await mkdtemp(join(FOLDER, run));
  // When this is root, the server's user must get through it.
  await chmod(folder, 0o711);
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), fsync: false, log: quiet });
  await administer(postgres, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(urlOf(postgres, TEMPLATE), quiet);
  return { postgres, folder };
}

/** Runs that were killed leave their server behind. */
async function removeLeftClusters(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const name of await readdir(FOLDER)) {
    const [, pid, start] = /^(\d+)-(.*)-[^-]+$/.exec(name) ?? [];
    if (!pid || !start || isSameProcess(Number(pid), decodeURIComponent(start))) continue;
    await stopLeftPostgres(join(FOLDER, name, 'postgres'));
    await rm(join(FOLDER, name), { recursive: true, force: true });
  }
}

function urlOf(postgres: LocalPostgres, database: string): string {
  const url = new URL(postgres.url);
  url.pathname = database;
  return url.href;
}

async function administer(postgres: LocalPostgres, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(postgres, 'postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
