import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startLocalPostgres, type LocalPostgres } from './local-postgres.ts';
import { migrate } from './migrate.ts';
import { StartError } from './start-error.ts';
import { scratchFolder } from './testing/scratch-folder.ts';
import { shortLog } from './testing/short-log.ts';

describe('Migrating the database', () => {
  let clusterFolder: string;
  let postgres: LocalPostgres;
  let admin: pg.Client;
  let folder: string;
  let url: string;
  let database: pg.Client;
  let count = 0;

  beforeAll(async () => {
    clusterFolder = await mkdtemp(join(scratchFolder(), 'countersign-migrate-'));
    await chmod(clusterFolder, 0o711);
    postgres = await startLocalPostgres({
      dir: join(clusterFolder, 'postgres'),
      log: shortLog(),
      fsync: false,
    });
    admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await postgres.stop();
    await rm(clusterFolder, { recursive: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-migrations-'));
    const name = `migrated_${++count}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const address = new URL(postgres.url);
    address.pathname = name;
    url = address.href;
    database = new pg.Client({ connectionString: url });
    await database.connect();
  });
  afterEach(async () => {
    await database.end();
    await rm(folder, { recursive: true });
  });

  const file = (name: string, sql: string) => writeFile(join(folder, name), `-- Up Migration\n\n${sql}\n`);
  const tables = async () => {
    const { rows } = await database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('runs every file once, in the order of their numbers', async () => {
    await file('0002_second.sql', 'INSERT INTO note VALUES (2);');
    await file('0001_first.sql', 'CREATE TABLE note (n integer);');
    await file('0010_tenth.sql', 'INSERT INTO note VALUES (10);');
    const log = shortLog();
    await migrate(url, log, folder);
    await migrate(url, log, folder);
    expect((await database.query('SELECT n FROM note')).rows).toEqual([{ n: 2 }, { n: 10 }]);
    expect(log.lines).toEqual(['database migrated: 0001_first, 0002_second, 0010_tenth']);
  });

  it('runs what a newer program brings', async () => {
    await file('0001_first.sql', 'CREATE TABLE one ();');
    await migrate(url, shortLog(), folder);
    await file('0002_second.sql', 'CREATE TABLE two ();');
    await migrate(url, shortLog(), folder);
    expect(await tables()).toEqual(['one', 'schema_migrations', 'two']);
  });

  it('runs each file once when many servers start at once', async () => {
    await file('0001_first.sql', 'CREATE TABLE note (n integer); SELECT pg_sleep(0.1);');
    await file('0002_second.sql', 'INSERT INTO note VALUES (1);');
    const logs = Array.from({ length: 6 }, () => shortLog());
    await Promise.all(logs.map((log) => migrate(url, log, folder)));
    expect((await database.query('SELECT n FROM note')).rows).toEqual([{ n: 1 }]);
    expect(logs.flatMap(({ lines }) => lines)).toEqual(['database migrated: 0001_first, 0002_second']);
  });

  it('keeps nothing when one file fails, and says which and why', async () => {
    await file('0001_first.sql', 'CREATE TABLE note (n integer);');
    await file('0002_broken.sql', 'CREATE TABLE other (n intger);');
    await expectAsync(migrate(url, shortLog(), folder)).toBeRejectedWithError(
      StartError,
      'The database could not be migrated (0002_broken): type "intger" does not exist',
    );
    expect(await tables()).not.toContain('note');
    await file('0002_broken.sql', 'CREATE TABLE other (n integer);');
    await migrate(url, shortLog(), folder);
    expect(await tables()).toEqual(['note', 'other', 'schema_migrations']);
  });

  it('refuses a database that a newer program has migrated', async () => {
    await file('0001_first.sql', 'CREATE TABLE one ();');
    await file('0002_newer.sql', 'CREATE TABLE two ();');
    await migrate(url, shortLog(), folder);
    await rm(join(folder, '0002_newer.sql'));
    await expectAsync(migrate(url, shortLog(), folder)).toBeRejectedWithError(
      StartError,
      /made by a newer Countersign \(0002_newer\)/,
    );
  });

  it('refuses a file that was slipped in before one that has been run', async () => {
    await file('0002_second.sql', 'CREATE TABLE two ();');
    await migrate(url, shortLog(), folder);
    await file('0001_late.sql', 'CREATE TABLE one ();');
    await expectAsync(migrate(url, shortLog(), folder)).toBeRejectedWithError(
      StartError,
      /0001_late is preceding/,
    );
    expect(await tables()).not.toContain('one');
  });

  it("runs the product's own files when no folder is named, and has old names found in a database of locale C", async () => {
    const own = fileURLToPath(new URL('../../migrations', import.meta.url));
    const before = (await readdir(own)).filter((name) => name < '0038');
    for (const name of before) await copyFile(join(own, name), join(folder, name));
    await migrate(url, shortLog(), folder);
    const names = ['ДОГОВОР № 7.png', 'ΟΔΟΣ.png', 'ＦＵＬＬ.png', 'Plain.png'];
    await database.query(`INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('t', 'ada', 'Ada')`);
    await database.query(
      `INSERT INTO resources (id, tenant_id, path, owner_id, kind, state, display_name, name_key)
       SELECT name, 't', name, 'ada', 'avatar', 'awaiting', name, left(lower(name), 255) FROM unnest($1::text[]) AS name`,
      [names],
    );
    await migrate(url, shortLog());
    const { rows } = await database.query<{ key: string }>(
      `SELECT name_key AS key FROM resources ORDER BY array_position($1, id)`,
      [names],
    );
    expect(rows.map(({ key }) => key)).toEqual(['договор no 7.png', 'οδοσ.png', 'full.png', 'plain.png']);
    expect(await tables()).toEqual(
      jasmine.arrayContaining(['epoch', 'owners', 'signature_keys', 'resource_access_logs']),
    );
  });

  it('names place and cause, and no password, when the database cannot be opened', async () => {
    const wrong = new URL(url);
    wrong.password = 'S3cret-S3cret';
    wrong.port = '1';
    const unreachable = migrate(wrong.href, shortLog(), folder);
    await expectAsync(unreachable).toBeRejectedWithError(
      StartError,
      /127\.0\.0\.1:1\/migrated_\d+ .*ECONNREFUSED/,
    );
    wrong.port = new URL(url).port;
    const refused = await migrate(wrong.href, shortLog(), folder).catch((error: Error) => error);
    expect(String(refused)).toMatch(/StartError: .*password authentication failed.* DATABASE_URL/);
    expect(String(refused)).not.toContain('S3cret');
    await expectAsync(migrate('nonsense', shortLog(), folder)).toBeRejectedWithError(StartError);
  });

  it('says so when the folder of the files is missing', async () => {
    await expectAsync(migrate(url, shortLog(), join(folder, 'absent'))).toBeRejectedWithError(
      StartError,
      /absent/,
    );
  });

  it('passes over what is no migration', async () => {
    await mkdir(join(folder, 'old'));
    await writeFile(join(folder, '.swap'), 'x');
    await file('0001_first.sql', 'CREATE TABLE one ();');
    await migrate(url, shortLog(), folder);
    expect(await tables()).toEqual(['one', 'schema_migrations']);
  });
});
