import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { CountersignConfig } from '../../countersign-config.ts';
import { findPostgresBinaries } from '../../platform/postgres-binaries.ts';
import { freshDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../../testing/test-server.ts';

/** Who belongs to another tenant. */
export const linus: TestPerson = { id: 'linus', roles: ['tenantMember'], tenantId: 'acme' };
export const acmeAdmin: TestPerson = { id: 'boss', roles: ['tenantAdmin'], tenantId: 'acme' };
export const PICTURE = 'public/team/a.png';

/** A database that was dumped before people were revoked, and the folder of the server that revoked them. */
export interface DumpedWorld {
  /** Signed before the dump, of ada, of grace and of linus; only grace was not revoked. */
  urls: { ada: string; grace: string; linus: string };
  /** The folder of the server as it was at its end. */
  dataDir: string;
  /** Restores the dump into a new database. */
  restore(): Promise<RestoredCopy>;
  end(): Promise<void>;
}

/** One restored dump, with a copy of the folder. */
export interface RestoredCopy {
  databaseUrl: string;
  dataDir: string;
  /** As the superuser. */
  pool: pg.Pool;
  /** Starts a server on it. */
  serve(settings?: Partial<CountersignConfig>): Promise<TestServer>;
  drop(): Promise<void>;
}

const ORIGIN = 'http://cdn.test';

/**
 * Everything that was made is removed by `end`.
 *
 * @param settings of every server in it, e.g. the bucket that they share
 */
export async function dumpedWorld(settings: Partial<CountersignConfig> = {}): Promise<DumpedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-restores-'));
  const dataDir = join(folder, 'data');
  const dump = join(folder, 'dump');
  const database = await freshDatabase();
  const template = await emptyDatabase(database);
  const served = { ...settings, databaseUrl: database.url, dataDir, deliveryUrl: `${ORIGIN}/cdn` };
  const server = await TestServer.start(served);
  await server.addPhoto(PICTURE, ada);
  await server.addPhoto('public/team/g.png', grace);
  await server.addPhoto(PICTURE, linus);
  const urls = {
    ada: await server.sign(PICTURE),
    grace: await server.sign('public/team/g.png'),
    linus: await server.sign(PICTURE, linus),
  };
  const run = promisify(execFile);
  await run(await program('pg_dump'), ['--format=custom', `--file=${dump}`, database.url]);
  for (const [id, as] of [
    ['ada', admin],
    ['linus', acmeAdmin],
  ] as const) {
    const { status } = await server.call('POST', `/api/owners/${id}/revoke`, { as });
    if (status !== 200) throw new Error(`not revoked: ${status}`);
  }
  await server.stop();
  await run(await program('pg_restore'), [`--dbname=${template.url}`, dump]);

  return {
    urls,
    dataDir,
    restore: () => copyOf({ database, template: template.name, folder, original: dataDir, settings }),
    end: async () => {
      await database.pool.query(`DROP DATABASE IF EXISTS ${template.name} WITH (FORCE)`);
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

async function copyOf({
  database,
  template,
  folder,
  original,
  settings,
}: {
  database: TestDatabase;
  template: string;
  folder: string;
  original: string;
  settings: Partial<CountersignConfig>;
}): Promise<RestoredCopy> {
  const { name, url } = await emptyDatabase(database, template);
  const dataDir = await mkdtemp(join(folder, 'data-'));
  await cp(original, dataDir, { recursive: true });
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => undefined);
  return {
    databaseUrl: url,
    dataDir,
    pool,
    serve: (more = {}) =>
      TestServer.start({ ...settings, databaseUrl: url, dataDir, deliveryUrl: `${ORIGIN}/cdn`, ...more }),
    drop: async () => {
      await pool.end();
      await database.pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function emptyDatabase(
  { url: beside, pool }: TestDatabase,
  template = 'template0',
): Promise<{ name: string; url: string }> {
  const name = `restored_${randomBytes(8).toString('hex')}`;
  await pool.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(beside);
  url.pathname = name;
  return { name, url: url.href };
}

/** Those beside the server where they are; a package with the server alone has none, then it is the system's. */
async function program(name: string): Promise<string> {
  const { bin } = await findPostgresBinaries({});
  return existsSync(join(bin, name)) ? join(bin, name) : name;
}

/** @returns the status of a URL of the old server, asked at this one */
export async function statusAt(server: TestServer, url: string): Promise<number> {
  return (await fetch(url.replace(ORIGIN, server.origin))).status;
}
