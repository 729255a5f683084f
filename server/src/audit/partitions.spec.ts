import { pino } from 'pino';
import type { Clock } from '../platform/clock.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { ensurePartitions, partitionKeeper } from './partitions.ts';
import { makePartition } from './partition.store.ts';
import { silent } from './testing/audit-database.ts';

const noon = Date.UTC(2026, 11, 28, 12);
const clock: Clock = { now: () => noon, monotonic: () => 0 };

describe('Partitions of the audit log', () => {
  let database: TestDatabase;

  const partitions = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'resource_access_logs'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name.replace('resource_access_logs_', ''));
  };

  const insertAt = (...times: string[]): Promise<unknown> =>
    database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
       SELECT t::timestamptz, 'delivery', gen_random_uuid(), 0, 0 FROM unnest($1::text[]) AS t`,
      [times],
    );

  const rowsIn = async (): Promise<Record<string, number>> => {
    const { rows } = await database.pool.query(
      `SELECT tableoid::regclass::text AS name, count(*)::int AS n FROM resource_access_logs GROUP BY 1 ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ name, n }) => [name.replace('resource_access_logs_', ''), n]));
  };

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(() => database.drop());

  const week = [
    '20261228',
    '20261229',
    '20261230',
    '20261231',
    '20270101',
    '20270102',
    '20270103',
    '20270104',
  ];

  it('are there for today and the next seven days, across the end of a year', async () => {
    await ensurePartitions({ database: database.pool, clock, log: silent });
    expect(await partitions()).toEqual([...week, 'default']);
  });

  it('divide days at midnight UTC, whatever time zone the database has', async () => {
    await database.pool.query(
      `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET TimeZone = ''Pacific/Auckland'''; END $$`,
    );
    await database.pool.query(`SET TimeZone = 'Pacific/Auckland'`);
    await ensurePartitions({ database: database.pool, clock, log: silent });
    await insertAt(
      '2026-12-28 00:00:00Z',
      '2026-12-28 23:59:59.999999Z',
      '2026-12-29 00:00:00Z',
      '2026-12-27 23:59:59Z',
    );
    expect(await rowsIn()).toEqual({ '20261228': 2, '20261229': 1, default: 1 });
  });

  it('are made once, even by servers that start together', async () => {
    const one = { database: database.pool, clock, log: silent };
    await Promise.all([ensurePartitions(one), ensurePartitions(one), ensurePartitions(one)]);
    await ensurePartitions(one);
    expect(await partitions()).toEqual([...week, 'default']);
  });

  it('take over rows of their day that were already in DEFAULT, and an error says so', async () => {
    await insertAt(
      '2026-12-28 10:00Z',
      '2026-12-30 23:59Z',
      '2026-11-05 03:00Z',
      '1999-01-01',
      '2099-01-01',
      'infinity',
    );
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    await ensurePartitions({ database: database.pool, clock, log });
    expect(await rowsIn()).toEqual({ '20261105': 1, '20261228': 1, '20261230': 1, default: 3 });
    expect(lines.length).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual(
      jasmine.objectContaining({ level: 50, rows: 6, msg: 'audit rows are in the DEFAULT partition' }),
    );
  });

  it('have the indexes of the log', async () => {
    await ensurePartitions({ database: database.pool, clock, log: silent });
    const { rows } = await database.pool.query(
      `SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = 'resource_access_logs_20261228'`,
    );
    expect(rows).toEqual([{ n: 3 }]);
  });

  it('are made while somebody inserts and somebody reads the day before', async () => {
    await makePartition(database.pool, '2026-12-28');
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM resource_access_logs_20261228');
    const writer = await database.pool.connect();
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
       VALUES ('2026-12-28 10:00Z', 'delivery', gen_random_uuid(), 0, 0)`,
    );
    await makePartition(database.pool, '2026-12-29');
    await writer.query('COMMIT');
    await reader.query('COMMIT');
    writer.release();
    reader.release();
    expect(await partitions()).toEqual(['20261228', '20261229', 'default']);
  });

  it('that cannot be made now are only logged: the DEFAULT partition still takes the rows', async () => {
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM resource_access_logs_default');
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const keeper = partitionKeeper({ database: database.pool, clock, log });
    await keeper.start();
    await keeper.close();
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain('55P03');
    await reader.query('COMMIT');
    reader.release();
    await insertAt('2026-12-28 10:00Z');
    await ensurePartitions({ database: database.pool, clock, log: silent });
    expect(await rowsIn()).toEqual({ '20261228': 1 });
  });
});
