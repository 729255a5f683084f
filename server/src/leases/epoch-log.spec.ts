import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase, transaction } from '../platform/database.ts';
import { systemTimers } from '../platform/timers.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { advanceEpoch, compactLog, readEpoch, type EpochReading } from './epoch.store.ts';
import { EpochSignal } from './epoch-signal.store.ts';
import { Lease } from './lease.ts';
import { postgresLeaseStore } from './postgres-stores.ts';

const log = pino({ level: 'silent' });

describe('the epoch log', () => {
  let database: TestDatabase;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await database.drop();
  });

  const revoke = (kid: string): Promise<number> =>
    transaction(database.pool, (connection) =>
      advanceEpoch(connection, { tenantId: 'default', change: 'key-revoked', kids: [kid] }),
    );
  const read = async (cursor: number, most?: number): Promise<EpochReading> => {
    const connection = await database.pool.connect();
    return readEpoch(connection, cursor, most).finally(() => connection.release());
  };
  const newLease = async (): Promise<Lease> => {
    const lease = new Lease({
      store: postgresLeaseStore(database.pool),
      clock: { now: () => 0, monotonic: () => 0 },
      // It never asks by itself.
      timers: { ...systemTimers, after: () => () => undefined },
      holder: { incarnation: randomUUID(), holderId: 'gateway' },
      log,
    });
    ends.push(() => lease.close());
    await lease.start();
    return lease;
  };
  const listen = (onEpoch: (epoch: number) => void): EpochSignal => {
    const db = openDatabase(database.url, log, { max: 1, role: 'holder' });
    const signal = new EpochSignal({ db, log, onEpoch });
    ends.push(async () => {
      await signal.close();
      await db.end();
    });
    signal.start();
    return signal;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await sleep(5);
  };

  it('numbers changes in the order of their commits: the second waits for the first', async () => {
    const first = await database.pool.connect();
    const second = await database.pool.connect();
    const change = { tenantId: 'default', change: 'key-revoked' } as const;
    await first.query('BEGIN');
    await second.query('BEGIN');
    expect(await advanceEpoch(first, change)).toBe(1);
    let number = 0;
    const waiting = advanceEpoch(second, change).then((epoch) => (number = epoch));
    await sleep(50);
    expect([number, (await read(0)).epoch]).toEqual([0, 0]);
    await first.query('ROLLBACK');
    expect(await waiting).toBe(1);
    await second.query('COMMIT');
    expect((await read(0)).changes.length).toBe(1);
    first.release();
    second.release();
  });

  it('is told to whoever listens, with the number, when the change is committed and not before', async () => {
    const heard: number[] = [];
    listen((epoch) => heard.push(epoch));
    await until(() => heard.length === 1);
    const open = await database.pool.connect();
    await open.query('BEGIN');
    await advanceEpoch(open, { tenantId: 'default', change: 'key-revoked' });
    await sleep(50);
    expect(heard).toEqual([Infinity]);
    await open.query('COMMIT');
    open.release();
    await until(() => heard.length === 2);
    // Nothing else that is written to the row is news.
    await database.pool.query('UPDATE epoch SET lease_ms = 5000, compacted_to = 0');
    await revoke('b');
    await until(() => heard.length === 3);
    expect(heard).toEqual([Infinity, 1, 2]);
  });

  it('makes a holder that listens renew at once', async () => {
    const lease = await newLease();
    listen((epoch) => lease.hurry(epoch));
    const epoch = await revoke('a');
    await until(() => lease.applied === epoch);
    expect(lease.applied).toBe(epoch);
  });

  it('is heard again after the connection was lost, and what was missed meanwhile is asked for', async () => {
    const lease = await newLease();
    let beginnings = 0;
    listen((epoch) => {
      if (epoch === Infinity) beginnings += 1;
      lease.hurry(epoch);
    });
    await until(() => beginnings === 1);
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query ILIKE '%LISTEN%' AND pid <> pg_backend_pid()`,
    );
    const epoch = await revoke('a');
    await until(() => beginnings === 2 && lease.applied === epoch);
    expect(lease.applied).toBe(epoch);
  });

  it('is asked once for an epoch that somebody made up, however often they say it at once', async () => {
    const lease = await newLease();
    let questions = 0;
    const renew = lease.renew.bind(lease);
    lease.renew = () => {
      questions += 1;
      return renew();
    };
    for (let times = 0; times < 50; times += 1) lease.hurry(1_000_000);
    await sleep(100);
    expect(questions).toBe(1);
  });

  it('keeps the newest entries, and lets go of old ones and of too many', async () => {
    for (const kid of ['a', 'b', 'c', 'd']) await revoke(kid);
    await database.pool.query(`UPDATE epoch_log SET committed_at = now() - interval '8 days' WHERE n <= 1`);
    const holder = openDatabase(database.url, log, { max: 1, role: 'holder' });
    ends.push(() => holder.end());
    expect(await compactLog(holder, { entries: 100, days: 7 })).toBe(1);
    expect(await compactLog(holder, { entries: 2, days: 7 })).toBe(1);
    expect(await compactLog(holder, { entries: 2, days: 7 })).toBe(0);
    expect((await read(2)).changes.map(({ epoch }) => epoch)).toEqual([3, 4]);
    expect([(await read(2)).missed, (await read(1)).missed, (await read(Infinity)).missed]).toEqual([
      false,
      true,
      false,
    ]);
    await expectAsync(holder.query('DELETE FROM epoch_log')).toBeResolvedTo(
      jasmine.objectContaining({ rowCount: 0 }),
    );
  });

  it('makes a holder that is behind it, or too far behind, forget everything before it acknowledges', async () => {
    const lease = await newLease();
    const told: string[] = [];
    lease.onChange(({ kids }) => told.push(...kids));
    lease.onMissed(() => told.push('forget everything'));
    for (const kid of ['a', 'b', 'c']) await revoke(kid);
    await compactLog(database.pool, { entries: 1, days: 7 });
    await lease.renew();
    expect([told, lease.applied]).toEqual([['forget everything'], 3]);
    await revoke('d');
    await lease.renew();
    expect(told).toEqual(['forget everything', 'd']);
    for (const kid of ['e', 'f']) await revoke(kid);
    // All of these are in the log: they are only too many.
    expect(await read(3, 2)).toEqual(jasmine.objectContaining({ epoch: 6, missed: true, changes: [] }));
    expect((await read(4, 2)).changes.map(({ epoch }) => epoch)).toEqual([5, 6]);
  });
});
