import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { runCommand, type Ended } from './testing/run-command.ts';

describe('countersign migrate', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(() => database.drop());

  const migrate = (...args: string[]): Promise<Ended> =>
    runCommand(['migrate', ...args], { DATABASE_URL: database.url });

  it('runs what an empty database lacks, says which, and then has nothing to run', async () => {
    await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const dry = await migrate('--dry-run', '--json');
    const { pending } = JSON.parse(dry.stdout) as { pending: string[] };
    expect([dry.code, pending[0]]).toEqual([1, '0001_first']);
    const { rows } = await database.pool.query(`SELECT to_regclass('owners') AS owners`);
    expect(rows).toEqual([{ owners: null }]);

    const first = await migrate('--json');
    expect([first.code, JSON.parse(first.stdout)]).toEqual([
      0,
      { ran: pending, pending: [], at: pending.at(-1) },
    ]);
    const second = await migrate();
    expect(second).toEqual({
      code: 0,
      stdout: `Nothing to run: the database is at ${pending.at(-1)}.\n`,
      stderr: '',
    });
  });

  it('refuses the database of a newer program', async () => {
    await database.pool.query(`INSERT INTO schema_migrations (name, run_on) VALUES ('9999_later', now())`);
    const { code, stderr } = await migrate();
    expect([code, stderr]).toEqual([
      3,
      'The database was made by a newer Countersign (9999_later): use that version.\n',
    ]);
  });

  it('says in one sentence that no database answers, without its password', async () => {
    const { code, stdout, stderr } = await runCommand(['migrate'], {
      DATABASE_URL: 'postgres://me:geheim@127.0.0.1:1/nix',
    });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^The database at 127\.0\.0\.1:1\/nix cannot be opened: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('geheim');
  });

  it('names the variable that is wrong, and the data folder where no server runs', async () => {
    const wrong = await runCommand(['migrate'], { DATABASE_URL: 'mysql://x' });
    expect([wrong.code, wrong.stderr]).toEqual([3, 'DATABASE_URL: must be a postgres:// address\n']);
    const none = await runCommand(['migrate', '--data', '/nonexistent/folder', '--json']);
    expect(none.code).toBe(3);
    expect((JSON.parse(none.stderr) as { error: { message: string } }).error.message).toContain(
      '/nonexistent/folder',
    );
  });
});
