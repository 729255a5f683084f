import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { transaction } from '../platform/database.ts';
import { systemTimers } from '../platform/timers.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import type { NumberedChange } from './change.ts';
import { advanceEpoch } from './epoch.store.ts';
import { acknowledge, endLapsedHolders } from './holder.store.ts';
import { databaseBehind, Lease } from './lease.ts';
import { postgresLeaseStore, postgresReceiptStore } from './postgres-stores.ts';
import { Receipts } from './receipts.ts';
import { HeldClock } from './testing/held-clock.ts';

const silent = pino({ level: 'silent' });

describe('a lease', () => {
  let database: TestDatabase;
  let clock: HeldClock;
  let lease: Lease;
  const others: Lease[] = [];

  const newLease = (ownClock: HeldClock = clock): Lease => {
    const made = new Lease({
      store: postgresLeaseStore(database.pool),
      clock: ownClock,
      timers: systemTimers,
      log: silent,
      holder: { incarnation: randomUUID(), holderId: 'gateway' },
    });
    others.push(made);
    return made;
  };

  const newReceipts = (): Receipts =>
    new Receipts({ store: postgresReceiptStore(database.pool), lease, clock, timers: systemTimers });

  const revoke = (kid: string): Promise<number> =>
    transaction(database.pool, (connection) =>
      advanceEpoch(connection, { tenantId: 'default', change: 'key-revoked', ownerId: 'ada', kids: [kid] }),
    );

  beforeEach(async () => {
    database = await freshDatabase();
    clock = new HeldClock();
    lease = newLease();
  });

  afterEach(async () => {
    await Promise.all(others.splice(0).map((made) => made.close()));
    await database.drop();
  });

  it('is not held before it was taken', () => {
    expect(lease.holds()).toBe(false);
  });

  it('knows how long others may serve from the moment it knows of an epoch, before it was lent itself', async () => {
    const epoch = await revoke('kid');
    lease.renew = () => Promise.resolve();
    await lease.start();
    expect([lease.applied, lease.holds(), lease.longestLeaseMs]).toEqual([epoch, false, 2000]);
  });

  it('is held until the lease time has passed since before the question, and not a moment longer', async () => {
    await lease.start();
    expect(lease.holds()).toBe(true);
    clock.pass(1999);
    expect(lease.holds()).toBe(true);
    clock.pass(1);
    expect(lease.holds()).toBe(false);
    await lease.renew();
    expect(lease.holds()).toBe(true);
  });

  it('ends when only the wall clock says so: the machine slept', async () => {
    await lease.start();
    clock.wallMs += 2000;
    expect(lease.holds()).toBe(false);
  });

  it('ends when only the monotonic clock says so: somebody set the wall clock', async () => {
    await lease.start();
    clock.monotonicMs += 2000;
    expect(lease.holds()).toBe(false);
  });

  it('ends when the wall clock steps back', async () => {
    await lease.start();
    clock.wallMs -= 1;
    expect(lease.holds()).toBe(false);
  });

  it('ends when a clock that never steps does', async () => {
    await lease.start();
    clock.monotonicMs -= 1;
    expect(lease.holds()).toBe(false);
  });

  it('is over at the moment it is refused, however much of it is left, and takes no other', async () => {
    await lease.start();
    lease.refuse(databaseBehind('test'));
    expect(lease.holds()).toBe(false);
    await expectAsync(lease.renew()).toBeRejected();
    expect([lease.holds(), lease.refusal.code]).toEqual([false, 'database-behind']);
  });

  it('is over at the moment the database has fewer changes than before, also when nothing else tells', async () => {
    await revoke('first');
    await revoke('second');
    await database.pool.query('DELETE FROM receipts');
    await lease.start();
    await database.pool.query('UPDATE epoch SET n = 1');
    expect(lease.holds()).toBe(true);
    await expectAsync(lease.renew()).toBeRejected();
    expect([lease.holds(), lease.refusal.code]).toEqual([false, 'database-behind']);
  });

  it('applies each change once, in order, before it is acknowledged', async () => {
    await lease.start();
    const applied: NumberedChange[] = [];
    lease.onChange((change) => applied.push(change));
    await revoke('first');
    await revoke('second');
    await lease.renew();
    await lease.renew();
    expect(applied.map(({ epoch, kids }) => [epoch, kids])).toEqual([
      [1, ['first']],
      [2, ['second']],
    ]);
    const { rows } = await database.pool.query<{ acknowledged: number }>('SELECT acknowledged FROM holders');
    expect(rows).toEqual([{ acknowledged: 2 }]);
  });

  it('is not renewed by a question that failed', async () => {
    await lease.start();
    await database.pool.query('ALTER TABLE epoch RENAME TO epoch_away');
    clock.pass(1500);
    await expectAsync(lease.renew()).toBeRejected();
    clock.pass(600);
    expect(lease.holds()).toBe(false);
    await database.pool.query('ALTER TABLE epoch_away RENAME TO epoch');
  });

  it('registers anew before it serves again, when others had to declare it ended', async () => {
    await lease.start();
    const { incarnation } = lease.holder;
    const epoch = await revoke('kid');
    await endLapsedHolders(database.pool, [incarnation], epoch);
    clock.pass(5000);
    await lease.renew();
    expect(lease.holds()).toBe(false);
    expect(lease.holder.incarnation).not.toBe(incarnation);
    await lease.renew();
    expect(lease.holds()).toBe(true);
  });

  it('is not declared ended when it acknowledged in the last moment', async () => {
    await lease.start();
    const { incarnation } = lease.holder;
    const epoch = await revoke('kid');
    await lease.renew();
    await endLapsedHolders(database.pool, [incarnation], epoch);
    const { rows } = await database.pool.query('SELECT ended_at FROM holders');
    expect(rows).toEqual([{ ended_at: null }]);
  });

  it('takes no acknowledgement back', async () => {
    await lease.start();
    const { incarnation } = lease.holder;
    const connection = await database.pool.connect();
    expect(await acknowledge(connection, incarnation, 7)).toBe(true);
    expect(await acknowledge(connection, incarnation, 3)).toBe(true);
    connection.release();
    const { rows } = await database.pool.query('SELECT acknowledged FROM holders');
    expect(rows).toEqual([{ acknowledged: 7 }]);
  });

  it('is over at once when it is closed, and stays so', async () => {
    await lease.start();
    await lease.close();
    expect(lease.holds()).toBe(false);
    await expectAsync(lease.renew()).toBeRejected();
    expect(lease.holds()).toBe(false);
  });

  describe('and a receipt', () => {
    it('comes early when every holder acknowledges', async () => {
      const other = newLease();
      await lease.start();
      await other.start();
      const epoch = await revoke('kid');
      const receipt = newReceipts().settle(epoch);
      await other.renew();
      expect(await receipt).toEqual(jasmine.objectContaining({ epoch, mode: 'early', lapsed: [] }));
      expect((await receipt).acknowledged.length).toBe(2);
    });

    it('waits for the silent holder until its lease is over by any clock, and names it', async () => {
      const silentHolder = newLease(new HeldClock());
      await lease.start();
      await silentHolder.start();
      // A silent holder: it renews no more.
      silentHolder.renew = () => Promise.resolve();
      const epoch = await revoke('kid');
      let settled = false;
      const receipt = newReceipts()
        .settle(epoch)
        .finally(() => (settled = true));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(settled).toBe(false);
      clock.pass(2149);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(settled).toBe(false);
      clock.pass(2);
      const { mode, lapsed } = await receipt;
      expect(mode).toBe('fallback');
      expect(lapsed.length).toBe(1);
    });

    it('takes nobody for lapsed by an answer that was long under way', async () => {
      const other = newLease(new HeldClock());
      await lease.start();
      await other.start();
      const epoch = await revoke('kid');
      const store = postgresReceiptStore(database.pool);
      let looks = 0;
      const slowly: typeof store = {
        ...store,
        liveHolders: async (about) => {
          const found = await store.liveHolders(about);
          looks += 1;
          if (looks === 1) {
            await other.renew();
            clock.pass(3000);
          }
          return found;
        },
      };
      const receipts = new Receipts({ store: slowly, lease, clock, timers: systemTimers });
      const { mode, lapsed, acknowledged } = await receipts.settle(epoch);
      expect([looks, mode, lapsed, acknowledged.length]).toEqual([2, 'early', [], 2]);
    });

    it('does not wait again for a holder that a receipt has outlived', async () => {
      const silentHolder = newLease(new HeldClock());
      await lease.start();
      await silentHolder.start();
      silentHolder.renew = () => Promise.resolve();
      const receipts = newReceipts();
      const first = receipts.settle(await revoke('a'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      clock.pass(3000);
      await first;
      expect((await receipts.settle(await revoke('b'))).mode).toBe('early');
    });
  });
});
