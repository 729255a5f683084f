import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { transaction } from '../platform/database.ts';
import { systemTimers } from '../platform/timers.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { advanceEpoch, readEpoch } from './epoch.store.ts';
import { leaseTime, setLeaseTime } from './lease-time.store.ts';
import { Lease } from './lease.ts';
import { postgresLeaseStore, postgresReceiptStore } from './postgres-stores.ts';
import { Receipts } from './receipts.ts';
import { HeldClock } from './testing/held-clock.ts';

describe('the lease time of a deployment', () => {
  let database: TestDatabase;
  const leases: Lease[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.close()));
    await database.drop();
  });

  const start = async (clock: HeldClock, holderId = 'gateway'): Promise<Lease> => {
    const lease = new Lease({
      store: postgresLeaseStore(database.pool),
      // Asks when the spec says so.
      timers: { ...systemTimers, after: () => () => undefined },
      log: pino({ level: 'silent' }),
      holder: { incarnation: randomUUID(), holderId },
      clock,
    });
    leases.push(lease);
    await lease.start();
    return lease;
  };
  const receiptsOf = (lease: Lease, clock: HeldClock): Receipts =>
    new Receipts({ store: postgresReceiptStore(database.pool), lease, clock, timers: systemTimers });
  const set = (milliseconds: number) =>
    transaction(database.pool, (connection) => setLeaseTime(connection, milliseconds));
  const revoke = (): Promise<number> =>
    transaction(database.pool, (connection) =>
      advanceEpoch(connection, { tenantId: 'default', change: 'key-revoked', ownerId: 'ada' }),
    );
  /** What has settled once everything that needs no clock has had its time. */
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> =>
    Promise.race([promise.then(() => true), sleep(150).then(() => false)]);

  it('is taken over by a running holder with its next renewal', async () => {
    const clock = new HeldClock();
    const lease = await start(clock);
    await set(5000);
    await lease.renew();
    clock.pass(4999);
    expect(lease.holds()).toBe(true);
    clock.pass(1);
    expect(lease.holds()).toBe(false);
  });

  it('counts for receipts, once lowered, only after the longer one has run for whoever may still use it', async () => {
    await set(10_000);
    const clock = new HeldClock();
    const revoker = await start(clock, 'revoker');
    // Cut off, with a lease of ten seconds.
    const cutOff = await start(new HeldClock(), 'cut off');
    expect(cutOff.leaseMs).toBe(10_000);
    expect(await set(1000)).toEqual({ leaseMs: 1000, longestLeaseMs: 10_000, epoch: 1 });

    const receipts = receiptsOf(revoker, clock);
    const lowering = receipts.settleLease();
    const receipt = receipts.settle(await revoke());
    while (revoker.applied < 2) await sleep(10);
    expect(revoker.leaseMs).toBe(1000);
    clock.pass(10_549);
    expect(await isSettled(Promise.race([receipt, lowering]))).toBe(false);
    clock.pass(10);
    // Whichever of the two is first names who was cut off.
    await Promise.all([receipt, lowering]);
    expect(await leaseTime(database.pool)).toEqual({ leaseMs: 1000, longestLeaseMs: 1000, epoch: 2 });

    await start(new HeldClock(), 'cut off too');
    const later = receipts.settle(await revoke());
    while (revoker.applied < 3) await sleep(10);
    await sleep(50);
    clock.pass(1101);
    expect((await later).lapsed).toEqual(['cut off too']);
  });

  it('counts at once when every holder has acknowledged the lowered one, by which it serves no longer than that', async () => {
    await set(10_000);
    const clock = new HeldClock();
    const lease = await start(clock);
    await set(1000);
    await receiptsOf(lease, clock).settleLease();
    expect((await leaseTime(database.pool)).longestLeaseMs).toBe(1000);
  });

  it('is lowered for a holder before it acknowledges, since the answer to that may never arrive', async () => {
    await set(10_000);
    const clock = new HeldClock();
    const lease = await start(clock);
    await set(1000);
    await database.pool.query('ALTER TABLE holders RENAME TO holders_away');
    clock.pass(2000);
    await expectAsync(lease.renew()).toBeRejected();
    expect(lease.holds()).toBe(false);
    await database.pool.query('ALTER TABLE holders_away RENAME TO holders');
  });

  it('keeps the longer one in force for whoever lowers it by a statement of his own', async () => {
    await database.pool.query('UPDATE epoch SET lease_ms = 30000');
    await database.pool.query('UPDATE epoch SET lease_ms = 1000');
    const connection = await database.pool.connect();
    const { epoch, leaseMs, longestLeaseMs } = await readEpoch(connection, Infinity);
    connection.release();
    expect([epoch, leaseMs, longestLeaseMs]).toEqual([1, 1000, 30_000]);
  });

  it('is not forgotten too early when it is raised and lowered again meanwhile', async () => {
    await set(10_000);
    await set(5000);
    const store = postgresReceiptStore(database.pool);
    const first = await store.longerLeaseUntil();
    await set(60_000);
    await set(5000);
    await store.forgetLongerLease(first!);
    expect((await leaseTime(database.pool)).longestLeaseMs).toBe(60_000);
    await store.forgetLongerLease((await store.longerLeaseUntil())!);
    expect((await leaseTime(database.pool)).longestLeaseMs).toBe(5000);
  });
});
