import { pino } from 'pino';
import { droppingProxy } from '../testing/dropping-proxy.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { isDatabaseAway } from './database-failure.ts';
import { CommitUnanswered, openDatabase, transaction, type Database } from './database.ts';

const silent = pino({ level: 'silent' });

describe('a transaction', () => {
  let database: TestDatabase;
  let db: Database;

  beforeEach(async () => {
    database = await freshDatabase();
    db = openDatabase(database.url, silent);
  });

  afterEach(async () => {
    await db.end();
    await database.drop();
  });

  const owners = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ n: string }>('SELECT count(*) AS n FROM owners');
    return Number(rows[0]!.n);
  };

  const INSERT = `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('t', 'ada', 'Ada')`;

  it('is all there, or not at all', async () => {
    await transaction(db, (connection) => connection.query(INSERT));
    await expectAsync(
      transaction(db, async (connection) => {
        await connection.query(INSERT.replace('ada', 'grace'));
        throw new Error('changed my mind');
      }),
    ).toBeRejectedWithError('changed my mind');
    expect(await owners()).toBe(1);
  });

  it('fails alone when its connection is ended, and the process and the pool live on', async () => {
    const waiting = transaction(db, async (connection) => {
      await connection.query(INSERT);
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await Promise.all([
        connection.query('SELECT pg_sleep(30)'),
        database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]),
      ]);
    });
    const failure: unknown = await waiting.catch((error: unknown) => error);
    expect(isDatabaseAway(failure)).toBe(true);
    expect(await owners()).toBe(0);
    await transaction(db, (connection) => connection.query(INSERT));
    expect(await owners()).toBe(1);
  });

  it('survives the end of a connection between two statements', async () => {
    const failure: unknown = await transaction(db, async (connection) => {
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const ended = new Promise((resolve) => connection.once('end', () => resolve(true)));
      await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await ended;
      await connection.query(INSERT);
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(await owners()).toBe(0);
  });

  it('says so when its commit was not answered: it may be in', async () => {
    const proxy = await droppingProxy(database.url);
    const through = openDatabase(proxy.url, silent);
    proxy.dropAnswersTo('COMMIT', 1);
    const failure: unknown = await transaction(through, (connection) => connection.query(INSERT)).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CommitUnanswered);
    expect(await owners()).toBe(1);
    await through.end();
    await proxy.close();
  });
});
