import type { Receipt } from '../leases/receipts.ts';
import { pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer } from '../testing/test-server.ts';

const PATH = 'public/team/a.png';
const LARGE = 'public/team/large.png';

describe('revoking one signed URL', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    await server.addPhoto(PATH, ada);
    await server.addPhoto(LARGE, ada, pngOf(40_000_000));
  });

  afterAll(() => server.stop());

  const idOf = (url: string): string => `sig_${new URL(url).searchParams.get('sid')}`;
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const revoke = (signatureId: string, as = admin, query = ''): Promise<Response> =>
    server.call('POST', `/api/signatures/${signatureId}/revoke${query}`, { as, body: { reason: 'leaked' } });
  const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;
  let readers = 0;
  /** Another one each time: the same request of the same person gives the same URL. */
  const fresh = (): Promise<string> =>
    server.sign(PATH, { id: `reader-${(readers += 1)}`, roles: ['tenantMember'] });

  it('kills this one, and no other URL of its path, its person or its owner', async () => {
    const [leaked, sibling, other] = [await fresh(), await fresh(), await server.sign(PATH, grace)];
    for (const url of [leaked, sibling, other]) expect(await statusOf(url)).toBe(200);
    const answer = await revoke(idOf(leaked));
    expect(answer.status).toBe(200);
    expect((await answer.json()) as Receipt).toEqual(jasmine.objectContaining({ mode: 'early', lapsed: [] }));
    expect(await statusOf(leaked)).toBe(403);
    for (const url of [sibling, other]) expect(await statusOf(url)).toBe(200);
  });

  it('records who did it and why, and each later access as a denial of its own', async () => {
    const leaked = await fresh();
    await revoke(idOf(leaked));
    await fetch(leaked);
    const [event] = (await server.auditRows('signature-revoked')).slice(-1);
    expect(event).toEqual(
      jasmine.objectContaining({
        ...{ actor: 'admin', owner: 'ada', reason: 'leaked', signature_id: idOf(leaked) },
        ...{ resource_path: PATH, tenant_id: 'default' },
      }),
    );
    const denials = await server.auditRows('denial');
    expect(denials.filter((row) => row['signature_id'] === idOf(leaked)).map((row) => row['reason'])).toEqual(
      ['signature-revoked'],
    );
  });

  it('gives another URL to whoever signs the same again, and the same one to everybody else', async () => {
    const again = (): Promise<string> => server.sign(PATH, ada, 60);
    const others = await server.sign(PATH, grace, 60);
    const first = await again();
    expect(await again()).toBe(first);
    await revoke(idOf(first));
    const second = await again();
    expect(second).not.toBe(first);
    expect(await statusOf(second)).toBe(200);
    expect(await again()).toBe(second);
    expect(await server.sign(PATH, grace, 60)).toBe(others);
    await revoke(idOf(second));
    const third = await again();
    expect([first, second]).not.toContain(third);
    expect(await statusOf(third)).toBe(200);
  });

  it('refuses to sign once every URL of the window was revoked', async () => {
    const path = 'public/team/often.png';
    await server.addPhoto(path, ada);
    for (let left = 16; left > 0; left -= 1) await revoke(idOf(await server.sign(path, ada, 30)));
    const body = { path, reason: 'r', expiryMinutes: 30 };
    const refused = await server.call('POST', '/api/resources/sign', { as: ada, body });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      409,
      'signatures-revoked',
    ]);
    expect(await server.sign(path, grace, 30)).toBeTruthy();
  });

  it('answers with the same epoch, repeated, concurrent, and after its row was cleaned up', async () => {
    const leaked = idOf(await fresh());
    const all = await Promise.all([1, 2, 3, 4].map(() => json<Receipt>(revoke(leaked))));
    await server.database.pool.query('DELETE FROM revoked_signatures');
    const late = await json<Receipt>(revoke(leaked));
    expect(new Set([...all, late].map(({ epoch }) => epoch)).size).toBe(1);
    const { rows } = await server.database.pool.query(
      "SELECT 1 FROM resource_access_logs WHERE event = 'signature-revoked' AND signature_id = $1",
      [leaked],
    );
    expect(rows.length).toBe(1);
  });

  it('is known to whoever reads the key anew', async () => {
    const leaked = await fresh();
    await revoke(idOf(leaked));
    // As a cache does that was full: the next check reads the key from the database.
    server.assembly.keys.apply({
      tenantId: 'default',
      ownerId: 'ada',
      kids: [new URL(leaked).searchParams.get('kid')!],
      signatureIds: [],
    });
    expect(await statusOf(leaked)).toBe(403);
    expect(await statusOf(await fresh())).toBe(200);
  });

  it('counts what would end, and changes nothing, with dryRun', async () => {
    const leaked = await fresh();
    const preview = { dryRun: true, resources: 1, urls: 1 };
    expect(await json(revoke(idOf(leaked), admin, '?dryRun=true'))).toEqual(preview);
    expect(await statusOf(leaked)).toBe(200);
    await revoke(idOf(leaked));
    expect(await json(revoke(idOf(leaked), admin, '?dryRun=true'))).toEqual({
      ...preview,
      ...{ resources: 0, urls: 0 },
    });
    for (const query of ['?dryRun=1', '?dryrun=true', '?dryRun=true&dryRun=false']) {
      expect((await revoke(idOf(leaked), admin, query)).status)
        .withContext(query)
        .toBe(400);
    }
  });

  it('says of an expired URL that there was nothing to do', async () => {
    const leaked = idOf(await fresh());
    await server.database.pool.query(
      "UPDATE resource_access_logs SET expires_at = now() - INTERVAL '1 hour' WHERE signature_id = $1",
      [leaked],
    );
    const answer = await revoke(leaked);
    expect(answer.status).toBe(200);
    const expiresAt = jasmine.stringMatching(/^\d{4}-.*Z$/);
    expect(await answer.json()).toEqual({ status: 'expired', expiresAt });
    expect(await json(revoke(leaked, admin, '?dryRun=true'))).toEqual({ status: 'expired', expiresAt });
  });

  it('does not say whether another tenant has the id, and needs its permission', async () => {
    const leaked = await fresh();
    const told = async (id: string, as = admin): Promise<unknown> => {
      const answer = await revoke(id, as);
      return [answer.status, await answer.text()];
    };
    const rival = { id: 'admin', roles: ['globalAdmin'], tenantId: 'rivals' };
    expect(await told(idOf(leaked), rival)).toEqual(await told('sig_BBBBBBBBBBBBBBBBBBBBBA', rival));
    expect((await revoke(idOf(leaked), rival)).status).toBe(404);
    expect((await revoke(idOf(leaked), ada)).status).toBe(403);
    for (const id of ['sig_', 'x', 'sig_BBBBBBBBBBBBBBBBBBBBBB', '..%2f..', 'sig_' + 'A'.repeat(500)]) {
      const refused = await revoke(id);
      expect(refused.status).withContext(id).toBe(400);
      expect(await refused.text()).toContain('sig_ and the 22 characters of the sid');
    }
    expect(await statusOf(leaked)).toBe(200);
  });

  it('cuts its own responses under way, and those of no other URL', async () => {
    const [leaked, other] = [await server.sign(LARGE, ada), await server.sign(LARGE, grace)];
    const bodies = await Promise.all(
      [leaked, other].map(async (url) => (await fetch(url)).body!.getReader()),
    );
    await Promise.all(bodies.map((reader) => reader.read()));
    await revoke(idOf(leaked));
    const readOn = async (reader: ReadableStreamDefaultReader): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expectAsync(readOn(bodies[0]!)).toBeRejected();
    await expectAsync(readOn(bodies[1]!)).toBeResolved();
  });
});
