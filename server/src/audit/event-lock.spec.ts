import { pino } from 'pino';
import { openDatabase, transaction, type Connection, type Database } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { writeEvent } from './event.store.ts';

describe('the lock of the chain of events', () => {
  let database: TestDatabase;
  let stopping: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    stopping = openDatabase(database.url, pino({ level: 'silent' }));
  });

  afterAll(async () => {
    await stopping.end();
    await database.drop();
  });

  const event = { event: 'key-revoked', tenantId: 'default', actor: 'admin', owner: 'ada' } as const;
  const isWaiting = async (transactions: number): Promise<boolean> => {
    const { rowCount } = await database.pool.query(
      `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rowCount === transactions;
  };

  it('is taken from a server that stops with many transactions under way, and goes to the others first', async () => {
    // The same module a second time: another process.
    const address = './event.store.ts?another-process';
    const other = (await import(address)) as { writeEvent: typeof writeEvent };
    const opened: Connection[] = [];
    const order: string[] = [];
    const beginsAndStops = async (name: string): Promise<void> => {
      const connection = await stopping.connect();
      opened.push(connection);
      await connection.query('BEGIN');
      await writeEvent(connection, event);
      order.push(name);
    };
    await beginsAndStops('first of the stopped');
    const next = beginsAndStops('second of the stopped');
    while (!(await isWaiting(1)));
    const others = transaction(database.pool, async (connection) => {
      await other.writeEvent(connection, event);
      // Before it commits, and the next one gets the lock.
      order.push('the other');
    });
    while (!(await isWaiting(2)));
    await others;
    await next;
    expect(order).toEqual(['first of the stopped', 'the other', 'second of the stopped']);
    opened.forEach((connection) => connection.release(true));
  });
});
