import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { transaction } from '../platform/database.ts';
import { systemTimers } from '../platform/timers.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { advanceEpoch } from './epoch.store.ts';
import { forgetEndedHolders } from './holder.store.ts';
import { Lease } from './lease.ts';
import { postgresLeaseStore, postgresReceiptStore } from './postgres-stores.ts';
import { Receipts, type Receipt } from './receipts.ts';
import { HeldClock } from './testing/held-clock.ts';
import { Upkeep } from './upkeep.ts';

const log = pino({ level: 'silent' });

describe('a receipt that is pending', () => {
  let database: TestDatabase;
  let clock: HeldClock;
  let lease: Lease;
  let receipts: Receipts;
  const ends: (() => Promise<void>)[] = [];

  const start = async (holderId: string, on = new HeldClock()): Promise<Lease> => {
    const started = new Lease({
      store: postgresLeaseStore(database.pool),
      timers: { ...systemTimers, after: () => () => undefined },
      holder: { incarnation: randomUUID(), holderId },
      clock: on,
      log,
    });
    ends.push(() => started.close());
    await started.start();
    return started;
  };
  /** As by a server that is killed right after the commit. */
  const revoke = (kid: string): Promise<number> =>
    transaction(database.pool, (connection) =>
      advanceEpoch(connection, { tenantId: 'default', change: 'key-revoked', ownerId: 'ada', kids: [kid] }),
    );
  const stored = async (): Promise<(Receipt | null)[]> => {
    const { rows } = await database.pool.query<{ receipt: Receipt | null }>(
      'SELECT receipt FROM receipts ORDER BY epoch',
    );
    return rows.map(({ receipt }) => receipt);
  };

  beforeEach(async () => {
    database = await freshDatabase();
    clock = new HeldClock();
    lease = await start('other', clock);
    receipts = new Receipts({
      store: postgresReceiptStore(database.pool),
      timers: systemTimers,
      ...{ lease, clock },
    });
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await database.drop();
  });

  it('when its server was killed is finished by another, at its start and without being asked', async () => {
    await revoke('a');
    await revoke('b');
    expect(await stored()).toEqual([null, null]);
    const upkeep = new Upkeep({ receipts, compact: () => Promise.resolve(0), log });
    upkeep.start();
    await upkeep.idle;
    upkeep.close();
    expect((await stored()).map((receipt) => [receipt?.epoch, receipt?.mode, receipt?.acknowledged])).toEqual(
      [
        [1, 'early', ['other']],
        [2, 'early', ['other']],
      ],
    );
  });

  it('is finished by the timer of whoever finishes it, however long ago it was committed', async () => {
    await start('silent');
    await revoke('a');
    clock.pass(60_000);
    const finished = receipts.finishPending(0);
    while (lease.applied < 1) await systemTimers.pause(5);
    await systemTimers.pause(50);
    expect(await stored()).toEqual([null]);
    clock.pass(2151);
    expect(await finished).toEqual([jasmine.objectContaining({ mode: 'fallback', lapsed: ['silent'] })]);
  });

  it('is proven by the newest change, which nobody may lack, when several are finished together', async () => {
    const between = await start('between');
    await revoke('a');
    await between.renew();
    await revoke('b');
    const finished = receipts.finishPending(0);
    while (lease.applied < 2) await systemTimers.pause(5);
    await systemTimers.pause(50);
    expect(await stored()).toEqual([null, null]);
    clock.pass(2151);
    expect((await finished).map(({ epoch, lapsed }) => [epoch, lapsed])).toEqual([
      [1, ['between']],
      [2, ['between']],
    ]);
  });

  it('waits for the edges of its own tenant, whatever other tenants have pending', async () => {
    await database.pool.query(
      `INSERT INTO edges (id, tenant_id, tenants, name, secret_hash)
       SELECT name, name, ARRAY[name], name, sha256(name::bytea) FROM unnest(ARRAY['acme', 'globex']) AS name`,
    );
    const revokeFor = (tenantId: string): Promise<number> =>
      transaction(database.pool, (connection) =>
        advanceEpoch(connection, { tenantId, change: 'key-revoked' }),
      );
    await database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind, acknowledged, edge_id, tenants)
       SELECT gen_random_uuid(), 'edge:' || id, 'edge', CASE id WHEN 'globex' THEN 9 ELSE 0 END, id, tenants FROM edges`,
    );
    await revokeFor('acme');
    await revokeFor('globex');
    const finished = receipts.finishPending(0);
    while ((await stored())[1] === null) await systemTimers.pause(5);
    // The edge of acme serves under a lease that knows nothing of the change.
    expect((await stored())[0]).toBeNull();
    clock.pass(2151);
    expect((await finished).map(({ epoch, acknowledged, lapsed }) => [epoch, acknowledged, lapsed])).toEqual([
      [1, ['other'], ['edge:acme']],
      [2, ['other', 'edge:globex'], []],
    ]);
  });

  it('needs no incarnation that ended long ago, and those are forgotten', async () => {
    await database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind, ended_at)
       SELECT gen_random_uuid(), 'old', 'gateway', now() - make_interval(mins => i) FROM unnest(ARRAY[59, 61, 600]) AS i`,
    );
    expect(await forgetEndedHolders(database.pool)).toBe(2);
    const { rows } = await database.pool.query<{ id: string }>(
      'SELECT holder_id AS id FROM holders ORDER BY holder_id',
    );
    expect(rows.map(({ id }) => id)).toEqual(['old', 'other']);
    await expectAsync(lease.renew()).toBeResolved();
  });

  it('is left to the server that began it while it is young', async () => {
    await revoke('a');
    expect(await receipts.finishPending(60_000)).toEqual([]);
    expect(await stored()).toEqual([null]);
  });

  it('has one answer, whoever finishes it first', async () => {
    const epoch = await revoke('a');
    const first = await receipts.settle(epoch);
    clock.pass(5000);
    expect(await receipts.settle(epoch)).toEqual(first);
    expect(await stored()).toEqual([first]);
  });

  it('looks at holders in a snapshot from after the commit, so that one which started meanwhile is waited for', async () => {
    const connection = await database.pool.connect();
    await connection.query('BEGIN');
    const epoch = await advanceEpoch(connection, { tenantId: 'default', change: 'key-revoked' });
    // It took its lease before the commit, and the transaction began before it was there.
    const late = await start('late');
    await connection.query('COMMIT');
    connection.release();
    const receipt = receipts.settle(epoch);
    while (lease.applied < epoch) await systemTimers.pause(5);
    await systemTimers.pause(50);
    expect(await stored()).toEqual([null]);
    await late.renew();
    expect((await receipt).acknowledged).toEqual(['other', 'late']);
  });
});
