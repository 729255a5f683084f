import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { receiptsOf } from '../cli/onlooking-receipts.ts';
import { runCommand, startCommand, type Ended } from '../cli/testing/run-command.ts';
import type { Receipts } from '../leases/receipts.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { MasterRotation } from './master-rotation.ts';
import { openMasters } from './open-masters.ts';
import { OwnerKeys } from './owner-keys.ts';

const FIRST = 'first-master-secret-0123456789-abcdefghij';
const SECOND = 'second-master-secret-0123456789-abcdefgh';
const log = pino({ level: 'silent' });

describe('rotating the master secret of many owners', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await freshDatabase();
    await openMasters(
      database.pool,
      { masterSecret: FIRST, masterSecretPrevious: [] },
      { holderId: 'a', log },
    );
  });
  afterEach(() => database.drop());

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
    runCommand(['keys', 'rotate-master', ...args], { DATABASE_URL: database.url });
  const receipts = (): Receipts => receiptsOf({ holder: database.pool });

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
    const running = startCommand(['keys', 'rotate-master', '--anyway'], { DATABASE_URL: database.url });
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

  it('kills every URL of the old secret at once when it is told to, and nothing of the new one', async () => {
    await addOwners(3);
    await announce();
    const { code, stdout } = await rotateMaster('--anyway', '--end-old-urls');
    expect([code, stdout]).toEqual([0, jasmine.stringContaining('are dead (3 keys destroyed)')]);
    expect(await keys()).toEqual([
      { version: 1, state: 'revoked', count: 3 },
      { version: 2, state: 'active', count: 3 },
    ]);
  });
});
