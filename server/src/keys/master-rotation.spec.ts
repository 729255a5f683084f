import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { unrecordedReceipts } from '../cli/onlooking-receipts.ts';
import { runCommand, startCommand, type Ended } from '../cli/testing/run-command.ts';
import type { Receipts } from '../leases/receipts.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { KeyRetirement } from './key-retirement.ts';
import { KeyRotation } from './key-rotation.ts';
import { MasterRotation } from './master-rotation.ts';
import { openMasters } from './open-masters.ts';
import { OwnerKeys } from './owner-keys.ts';

const FIRST = 'first-master-secret-0123456789-abcdefghij';
const SECOND = 'second-master-secret-0123456789-abcdefgh';
const log = pino({ level: 'silent' });

describe('rotating the master secret of many owners', () => {
  let database: TestDatabase;
  let checkpoints: { AUDIT_CHECKPOINTS: string; AUDIT_SIGNING_KEY: string };

  beforeEach(async () => {
    database = await freshDatabase();
    checkpoints = {
      AUDIT_CHECKPOINTS: await mkdtemp(join(tmpdir(), 'countersign-master-')),
      AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
    };
    await openMasters(
      database.pool,
      { masterSecret: FIRST, masterSecretPrevious: [] },
      { holderId: 'a', log },
    );
  });
  afterEach(async () => {
    await database.drop();
    await rm(checkpoints.AUDIT_CHECKPOINTS, { recursive: true });
  });

  const addOwners = async (count: number): Promise<void> => {
    await database.pool.query(
      `INSERT INTO owners (tenant_id, owner_id, display_name)
       SELECT 'default', 'o' || to_char(n, 'FM00000'), 'O' FROM generate_series(1, $1::int) AS n`,
      [count],
    );
    await database.pool.query(
      `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt)
       SELECT 'kid-' || owner_id, tenant_id, owner_id, 1, sha256(owner_id::bytea) FROM owners`,
    );
  };
  const announce = (): Promise<unknown> =>
    openMasters(
      database.pool,
      { masterSecret: SECOND, masterSecretPrevious: [FIRST] },
      { holderId: 'a', log },
    );
  const keys = async (): Promise<unknown[]> =>
    (
      await database.pool.query(
        `SELECT master_version AS version, state, count(*)::int FROM signature_keys GROUP BY 1, 2 ORDER BY 1, 2`,
      )
    ).rows;
  const rotateMaster = (...args: string[]): Promise<Ended> =>
    runCommand(['keys', 'rotate-master', ...args], { DATABASE_URL: database.url, ...checkpoints });
  const receipts = (): Receipts => unrecordedReceipts({ holder: database.pool });

  it('renews 10,000 keys in 50 transactions, between which others get their turn', async () => {
    await addOwners(10_000);
    await announce();
    const rotation = new MasterRotation({
      holder: database.pool,
      tenants: database.tenants,
      owner: database.pool,
      receipts: receipts(),
      log,
    });
    await rotation.begin(2, 'ada');
    let revoked: { epoch: number } | undefined;
    const { renewed, settled } = await rotation.renewKeys('ada', {
      onBatch: (count) => {
        if (count !== 200) return;
        void new OwnerKeys(database.tenants, receipts())
          .revokeSignatureKey({ tenantId: 'default', ownerId: 'o09999', actor: 'grace' })
          .then((done) => (revoked = done));
      },
    });
    const receipt = await settled();
    expect(renewed).toBe(9_999);
    expect(receipt?.epoch).toBe(51);
    expect(revoked?.epoch).toBeLessThan(51);
    expect(await keys()).toEqual([
      { version: 1, state: 'retiring', count: 9_999 },
      { version: 1, state: 'revoked', count: 1 },
      { version: 2, state: 'active', count: 9_999 },
    ]);
    const { rows } = await database.pool.query(
      `SELECT event, actor, reason FROM resource_access_logs WHERE event = 'master-rotated'`,
    );
    expect(rows).toEqual([{ event: 'master-rotated', actor: 'ada', reason: 'version=2 before=1' }]);
  });

  it('goes on where it was killed', async () => {
    await addOwners(500);
    await announce();
    const blocker = await database.pool.connect();
    await blocker.query(`BEGIN; SELECT FROM owners WHERE owner_id = 'o00250' FOR UPDATE`);
    const running = startCommand(['keys', 'rotate-master', '--anyway'], {
      DATABASE_URL: database.url,
      ...checkpoints,
    });
    const countOfSecond = async (): Promise<number> =>
      (await database.pool.query('SELECT FROM signature_keys WHERE master_version = 2')).rowCount ?? 0;
    while ((await countOfSecond()) < 200) await sleep(20);
    running.child.kill('SIGKILL');
    await running.ended;
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(await keys()).toEqual([
      { version: 1, state: 'active', count: 300 },
      { version: 1, state: 'retiring', count: 200 },
      { version: 2, state: 'active', count: 200 },
    ]);
    const { code, stdout } = await rotateMaster('--json');
    const { renewed, version } = JSON.parse(stdout) as { renewed: number; version: number };
    expect([code, renewed, version]).toEqual([0, 300, 2]);
    expect(await keys()).toEqual([
      { version: 1, state: 'retiring', count: 500 },
      { version: 2, state: 'active', count: 500 },
    ]);
    const again = await rotateMaster();
    expect([again.code, again.stderr]).toEqual([1, jasmine.stringContaining('of master version 2')]);
  });

  it('waits for whoever is making a key with the old secret, so that killing old URLs misses none', async () => {
    await addOwners(2);
    await announce();
    const receiver = new OwnerKeys(database.tenants, receipts());
    let isOver = false;
    const { pool } = database;
    const isWaiting = async (): Promise<boolean> =>
      (await pool.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).rowCount === 1;
    const rotated = await database.tenants.transaction('default', async (connection) => {
      await receiver.know(connection, { tenantId: 'default', id: 'late', name: 'Late' });
      const ended = rotateMaster('--anyway', '--end-old-urls').finally(() => (isOver = true));
      // Said often, since a transaction that says nothing is ended.
      while (!isOver && !(await isWaiting())) {
        await connection.query('SELECT');
        await sleep(20);
      }
      return () => ended;
    });
    const { code, stdout } = await rotated();
    expect([code, stdout]).toEqual([0, jasmine.stringContaining('are dead (3 keys destroyed)')]);
    expect(await keys()).toEqual([
      { version: 1, state: 'revoked', count: 3 },
      { version: 2, state: 'active', count: 3 },
    ]);
  });

  it('kills every URL of the old secret at once when it is told to, and nothing of the new one', async () => {
    await addOwners(3);
    await announce();
    expect((await rotateMaster('--anyway')).code).toBe(0);
    // An owner's key may be rotated at any time: that one is of the new secret, and nobody leaked it.
    const action = { tenantId: 'default', ownerId: 'o00001', actor: 'ada' };
    await new KeyRotation(database.tenants, receipts()).rotate(action);
    const { code, stdout } = await rotateMaster('--anyway', '--end-old-urls');
    expect([code, stdout]).toEqual([0, jasmine.stringContaining('are dead (3 keys destroyed)')]);
    expect(await keys()).toEqual([
      { version: 1, state: 'revoked', count: 3 },
      { version: 2, state: 'active', count: 3 },
      { version: 2, state: 'retiring', count: 1 },
    ]);
  });

  it('waits for the receipts of the keys that a call destroyed which was killed before it had them', async () => {
    await addOwners(3);
    await announce();
    expect((await rotateMaster('--anyway')).code).toBe(0);
    const settle = (): Promise<never> => {
      const never = Promise.reject(new Error('killed'));
      never.catch(() => undefined);
      return never;
    };
    const killed = { settle } as unknown as Receipts;
    const retirement = { holder: database.pool, tenants: database.tenants, clock: { now: Date.now }, log };
    await expectAsync(
      new KeyRetirement({ ...retirement, receipts: killed }).endOldMasters('ada'),
    ).toBeRejected();
    const pending = async (): Promise<number> =>
      (await database.pool.query("SELECT FROM receipts WHERE status = 'pending'")).rowCount ?? 0;
    expect(await pending()).toBe(1);
    const { code, stdout } = await rotateMaster('--end-old-urls', '--json');
    const { ended } = JSON.parse(stdout) as { ended: { keys: number; receipt: { mode: string } | null } };
    expect([code, ended.keys, ended.receipt?.mode]).toEqual([0, 0, 'early']);
    expect(await pending()).toBe(0);
  });
});
