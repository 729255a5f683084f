import { setTimeout as sleep } from 'node:timers/promises';
import { ada, admin, grace, TestServer } from '../testing/test-server.ts';
import { pngOf } from '../testing/pictures.ts';
import type { Receipt } from '../leases/receipts.ts';

describe('revoking an owner', () => {
  let server: TestServer;
  const adas = ['public/team/a.png', 'public/team/b.png', 'users/ada/documents/c.png'];
  const graces = 'public/team/g.png';

  beforeEach(async () => {
    // One person signs faster here than one person may.
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    for (const path of adas) await server.addPhoto(path, ada);
    await server.addPhoto(graces, grace);
  });

  afterEach(() => server.stop());

  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const revoke = (as = admin, owner = 'ada'): Promise<Response> =>
    server.call('POST', `/api/owners/${owner}/revoke`, { as });

  it("kills every URL to everything the owner has, and nobody else's", async () => {
    const urls = await Promise.all(adas.map((path) => server.sign(path)));
    const other = await server.sign(graces);
    for (const url of [...urls, other]) expect(await statusOf(url)).toBe(200);

    const response = await revoke();
    expect(response.status).toBe(200);
    for (const url of urls) expect(await statusOf(url)).toBe(403);
    expect(await statusOf(other)).toBe(200);
  });

  it('answers with a receipt that names who confirmed', async () => {
    const receipt = (await (await revoke()).json()) as Receipt;
    expect(receipt).toEqual({
      epoch: 1,
      effectiveAt: jasmine.any(String) as unknown as string,
      acknowledged: [server.assembly.lease.holder.holderId],
      lapsed: [],
      notCovered: [],
      waitedMs: jasmine.any(Number) as unknown as number,
      mode: 'early',
    });
    const stored = await server.call('GET', '/api/receipts/1', { as: admin });
    expect(await stored.json()).toEqual(receipt);
  });

  it('destroys the salt, so that no secret brings the key back', async () => {
    await revoke();
    const { rows } = await server.database.pool.query(
      `SELECT salt, state FROM signature_keys WHERE owner_id = 'ada'`,
    );
    expect(rows).toEqual([{ salt: null, state: 'revoked' }]);
  });

  it('answers a second time with the same epoch', async () => {
    const first = (await (await revoke()).json()) as Receipt;
    const second = (await (await revoke()).json()) as Receipt;
    expect(second.epoch).toBe(first.epoch);
  });

  it('refuses to sign for a revoked owner, and to take uploads from one', async () => {
    await revoke();
    const sign = await server.call('POST', '/api/resources/sign', {
      as: ada,
      body: { path: adas[0], reason: 'r' },
    });
    expect(sign.status).toBe(403);
    expect(((await sign.json()) as { code: string }).code).toBe('owner-revoked');
    const upload = await server.call('POST', '/api/resources?kind=teamPhoto&name=x.png', {
      as: ada,
      body: pngOf(100),
      headers: { 'content-type': 'image/png' },
    });
    expect(upload.status).toBe(403);
  });

  it('signs anew after reinstating, while the old URL stays dead', async () => {
    const old = await server.sign(adas[0]!);
    await revoke();
    const response = await server.call('POST', '/api/owners/ada/reinstate', { as: admin });
    expect(await response.json()).toEqual({ owner: 'ada', generation: 2, epoch: 2 });
    const fresh = await server.sign(adas[0]!);
    expect(fresh).not.toBe(old);
    expect(await statusOf(fresh)).toBe(200);
    expect(await statusOf(old)).toBe(403);
  });

  it('records who revoked, and the denial of the dead URL', async () => {
    const url = await server.sign(adas[0]!);
    await server.call('POST', '/api/owners/ada/revoke', { as: admin, body: { reason: 'left the company' } });
    await fetch(url);
    const [revoked] = await server.auditRows('key-revoked');
    expect(revoked).toEqual(
      jasmine.objectContaining({
        actor: 'admin',
        owner: 'ada',
        reason: 'left the company',
        tenant_id: 'default',
      }),
    );
    const [denial] = await server.auditRows('denial');
    expect(denial).toEqual(
      jasmine.objectContaining({ reason: 'revoked', owner: 'ada', resource_path: adas[0]!, status: 403 }),
    );
  });

  it('is refused to employees, to callers without a token, and across tenants', async () => {
    expect((await revoke(ada)).status).toBe(403);
    expect((await server.call('POST', '/api/owners/ada/revoke')).status).toBe(401);
    expect((await revoke({ ...admin, tenantId: 'elsewhere' })).status).toBe(404);
    expect((await server.call('GET', '/api/owners', { as: ada })).status).toBe(403);
    expect((await server.call('GET', '/api/receipts/1', { as: ada })).status).toBe(404);
    expect(await statusOf(await server.sign(adas[0]!))).toBe(200);
  });

  it('answers 404 for an unknown owner, a NUL in the name included, and 404 for an unknown receipt', async () => {
    const unknown = await revoke(admin, 'nobody');
    expect(unknown.status).toBe(404);
    expect(((await unknown.json()) as { code: string }).code).toBe('unknown-owner');
    expect((await revoke(admin, 'a%00b')).status).toBe(400);
    expect((await server.call('GET', '/api/receipts/77', { as: admin })).status).toBe(404);
    expect((await server.call('GET', '/api/receipts/x', { as: admin })).status).toBe(400);
  });

  it('refuses to reinstate who is not revoked with 409', async () => {
    const response = await server.call('POST', '/api/owners/ada/reinstate', { as: admin });
    expect(response.status).toBe(409);
  });

  it('lists owners with the state of their keys', async () => {
    await revoke();
    const response = await server.call('GET', '/api/owners', { as: admin });
    const handle = jasmine.stringMatching(/^[\w-]{22}$/);
    expect(await response.json()).toEqual({
      items: [
        { id: 'ada', name: 'ada', handle, status: 'revoked', generation: 1, resources: 3 },
        { id: 'grace', name: 'grace', handle, status: 'active', generation: 1, resources: 1 },
      ],
    });
  });

  it('refuses a reason that is not sent as JSON, instead of losing it', async () => {
    const response = await server.call('POST', '/api/owners/ada/revoke', {
      as: admin,
      body: '{"reason":"left"}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(response.status).toBe(400);
    expect(await statusOf(await server.sign(adas[0]!))).toBe(200);
  });

  it('gives one outcome when called many times at once', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 8 }, async () => (await (await revoke()).json()) as Receipt),
    );
    expect(new Set(receipts.map(({ epoch }) => epoch))).toEqual(new Set([1]));
  });

  it('lets no URL leave alive that was being signed meanwhile', async () => {
    const alive: string[] = [];
    const refusals = new Set<string>();
    let revoked = false;
    // The lifetime varies, so that the URLs do: the same request gives the same URL.
    const client = async (first: number): Promise<void> => {
      for (let number = first; !revoked || refusals.size === 0; number += 4) {
        const body = { path: adas[number % 2], reason: 'race', expiryMinutes: (number % 60) + 1 };
        const response = await server.call('POST', '/api/resources/sign', { as: ada, body });
        const answer = (await response.json()) as { url?: string; code?: string };
        if (answer.url) alive.push(answer.url);
        else refusals.add(answer.code ?? '');
      }
    };
    const clients = Promise.all([0, 1, 2, 3].map(client));
    while (alive.length < 60) await sleep(1);
    await revoke();
    revoked = true;
    await clients;
    expect([...refusals]).toEqual(['owner-revoked']);
    const urls = [...new Set(alive)];
    expect(urls.length).toBeGreaterThan(20);
    expect(new Set(await Promise.all(urls.map(statusOf)))).toEqual(new Set([403]));
  });

  it('cuts a response that is under way', async () => {
    const path = 'public/team/large.png';
    await server.addPhoto(path, ada, pngOf(40_000_000));
    const response = await fetch(await server.sign(path));
    const reader = response.body!.getReader();
    let received = (await reader.read()).value?.length ?? 0;
    await revoke();
    await expectAsync(
      (async () => {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          received += value.length;
        }
      })(),
    ).toBeRejected();
    expect(received).toBeLessThan(40_000_000);
  });
});
