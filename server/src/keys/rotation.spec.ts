import { Onlooker } from '../leases/onlooker.ts';
import { postgresReceiptStore } from '../leases/postgres-stores.ts';
import { Receipts, type Receipt } from '../leases/receipts.ts';
import { systemClock } from '../platform/clock.ts';
import { systemTimers } from '../platform/timers.ts';
import { admin, TestServer, type TestPerson } from '../testing/test-server.ts';
import { KeyRetirement } from './key-retirement.ts';
import { KEPT_SECONDS, KeyRotation } from './key-rotation.ts';

interface Rotated {
  owner: string;
  generation: number;
  epoch: number;
  oldKeyEndsAt: string | null;
}

interface StoredKey {
  generation: number;
  state: string;
  destroyed: boolean;
}

describe('rotating the key of an owner', () => {
  let server: TestServer;
  let owner: TestPerson;
  let path: string;
  let number = 0;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off', api: 'off' } });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    number += 1;
    owner = { id: `owner-${number}`, roles: ['tenantMember'] };
    path = `public/team/${number}.png`;
    await server.addPhoto(path, owner);
  });

  const rotate = (as = admin): Promise<Response> =>
    server.call('POST', `/api/owners/${owner.id}/rotate`, { as, body: { reason: 'once a year' } });
  const rotated = async (): Promise<Rotated> => (await (await rotate()).json()) as Rotated;
  const codeOf = async (response: Response): Promise<unknown> => [
    response.status,
    ((await response.json()) as { code: string }).code,
  ];
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const kidOf = (url: string): string => new URL(url).searchParams.get('kid') ?? '';
  const keys = async (): Promise<StoredKey[]> =>
    (
      await server.database.pool.query<StoredKey>(
        `SELECT generation, state, salt IS NULL AS destroyed FROM signature_keys WHERE owner_id = $1 ORDER BY 1`,
        [owner.id],
      )
    ).rows;
  /** Makes every rotation of this owner so many seconds older. */
  const age = (seconds: number): Promise<unknown> =>
    server.database.pool.query(
      'UPDATE signature_keys SET retired_at = retired_at - make_interval(secs => $2) WHERE owner_id = $1',
      [owner.id, seconds],
    );
  const retireDue = (): ReturnType<typeof server.assembly.keyRetirement.retireDue> =>
    server.assembly.keyRetirement.retireDue();

  it('signs with a new key, while URLs of the old one go on working', async () => {
    const old = await server.sign(path, owner);
    const answer = await rotated();
    expect(answer).toEqual({
      owner: owner.id,
      generation: 2,
      epoch: jasmine.any(Number) as unknown as number,
      oldKeyEndsAt: jasmine.any(String) as unknown as string,
    });
    const fresh = await server.sign(path, owner);
    expect(kidOf(fresh)).not.toBe(kidOf(old));
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([200, 200]);
    const lasts = Date.parse(answer.oldKeyEndsAt ?? '') - Date.now();
    expect(Math.abs(lasts - KEPT_SECONDS * 1000)).toBeLessThan(60_000);
  });

  it('destroys the old key when its last URL has expired and not before, with a receipt', async () => {
    const old = await server.sign(path, owner);
    await rotate();
    await age(KEPT_SECONDS - 60);
    expect(await retireDue()).toEqual({ keys: 0, receipt: undefined });
    expect(await statusOf(old)).toBe(200);

    await age(60);
    const { keys: count, receipt } = await retireDue();
    expect([count, receipt?.mode]).toEqual([1, 'early']);
    expect(await statusOf(old)).toBe(403);
    expect(await keys()).toEqual([
      { generation: 1, state: 'revoked', destroyed: true },
      { generation: 2, state: 'active', destroyed: false },
    ]);
    expect(await statusOf(await server.sign(path, owner))).toBe(200);
    const stored = await server.call('GET', `/api/receipts/${receipt?.epoch}`, { as: admin });
    expect((await stored.json()) as Receipt).toEqual(receipt!);
    const [row] = (await server.auditRows('key-retired')).slice(-1);
    expect([row?.['actor'], row?.['owner'], row?.['kid']]).toEqual(['system', owner.id, kidOf(old)]);
  });

  it('destroys a key once, also when several servers look at the same time', async () => {
    await rotate();
    await age(KEPT_SECONDS);
    const before = (await server.auditRows('key-retired')).length;
    const counts = await Promise.all([retireDue(), retireDue(), retireDue()]);
    expect(counts.map((done) => done.keys).sort()).toEqual([0, 0, 1]);
    expect((await server.auditRows('key-retired')).length).toBe(before + 1);
  });

  it('believes neither a wrong clock of its own nor a rotation of the future', async () => {
    await rotate();
    await age(-3600);
    expect((await retireDue()).keys).toBe(0);
    const at = (offMs: number): KeyRetirement => {
      const { pool: holder, tenants } = server.database;
      const { receipts, log } = server.assembly;
      return new KeyRetirement({
        ...{ holder, tenants, receipts, log },
        clock: { now: () => Date.now() + offMs },
      });
    };
    const MONTH_MS = 30 * 86_400_000;
    expect((await at(MONTH_MS).retireDue()).keys).toBe(0);
    await age(KEPT_SECONDS + 3700);
    expect((await at(-MONTH_MS).retireDue()).keys).toBe(0);
    expect((await at(0).retireDue()).keys).toBe(1);
  });

  it('makes one more generation for each call, however many come at once, and one key is active', async () => {
    const generations = (await Promise.all([1, 2, 3, 4].map(rotated.bind(undefined)))).map(
      ({ generation }) => generation,
    );
    expect(generations.sort()).toEqual([2, 3, 4, 5]);
    expect((await keys()).map(({ state }) => state)).toEqual([
      ...Array<string>(4).fill('retiring'),
      'active',
    ]);
    expect(await statusOf(await server.sign(path, owner))).toBe(200);
  });

  it('revoking ends the keys that are retiring too', async () => {
    const old = await server.sign(path, owner);
    await rotate();
    const fresh = await server.sign(path, owner);
    await server.call('POST', `/api/owners/${owner.id}/revoke`, { as: admin });
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([403, 403]);
    expect((await keys()).map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it('is refused for an owner who is revoked, and changes nothing', async () => {
    await server.call('POST', `/api/owners/${owner.id}/revoke`, { as: admin });
    expect(await codeOf(await rotate())).toEqual([409, 'nothing-to-rotate']);
    expect((await keys()).length).toBe(1);
  });

  it('is for administrators of the tenant, who are told of no other', async () => {
    expect(await codeOf(await rotate(owner))).toEqual([403, 'forbidden']);
    expect(await codeOf(await rotate({ ...admin, tenantId: 'elsewhere' }))).toEqual([404, 'unknown-owner']);
    expect((await server.call('POST', `/api/owners/${owner.id}/rotate`)).status).toBe(401);
    const path = `/api/owners/${owner.id}/rotate`;
    const wrong = await server.call('POST', path, { as: admin, body: { reason: 7 } });
    expect(await codeOf(wrong)).toEqual([400, 'invalid-request']);
    expect((await keys()).length).toBe(1);
  });

  it('is in the audit with who did it and why', async () => {
    await rotate();
    const [row] = (await server.auditRows('key-rotated')).slice(-1);
    expect([row?.['actor'], row?.['owner'], row?.['reason']]).toEqual(['admin', owner.id, 'once a year']);
  });

  it('answers a sign request also when another process rotated and this one has not heard of it', async () => {
    await server.sign(path, owner);
    const onlooker = new Receipts({
      store: postgresReceiptStore(server.database.pool),
      lease: new Onlooker(server.database.pool),
      clock: systemClock,
      timers: systemTimers,
    });
    const { epoch } = await new KeyRotation(server.database.tenants, onlooker).rotate({
      tenantId: 'default',
      ownerId: owner.id,
      actor: 'somebody',
    });
    expect(await statusOf(await server.sign(path, owner, 30))).toBe(200);
    await server.assembly.lease.catchUp(epoch);
    const { rows } = await server.database.pool.query<{ kid: string }>(
      `SELECT kid FROM signature_keys WHERE owner_id = $1 AND state = 'active'`,
      [owner.id],
    );
    expect(kidOf(await server.sign(path, owner))).toBe(rows[0]?.kid ?? '');
  });

  it('refuses a URL of the old key when the lease in which a server learns of it is long over', async () => {
    await server.sign(path, owner);
    const { pool } = server.database;
    // As a server would see it that has missed the rotation: nothing tells this one.
    await pool.query(
      `UPDATE signature_keys SET state = 'retiring', retired_at = now() - interval '3 minutes' WHERE owner_id = $1`,
      [owner.id],
    );
    await expectAsync(server.sign(path, owner, 30)).toBeRejectedWithError(/owner-revoked/);
  });
});
