import { createHash } from 'node:crypto';
import { ada, admin, TestServer, type TestPerson } from '../testing/test-server.ts';
import { isOneOf, newCredential, parseCredential } from './edge-credential.ts';

const rival: TestPerson = { ...admin, tenantId: 'rivals' };
const INCARNATION = '3f0c9a52-6f1e-4a6b-9d3c-52a0f3b1c7de';

interface Fresh {
  id: string;
  credential: string;
  previousUntil: string | null;
}

describe('the credential of an edge', () => {
  let server: TestServer;
  let names = 0;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { 'failed-sign-in': 'off' } });
    await server.addPhoto('public/team/a.png', ada);
    await server.addPhoto('public/team/r.png', { id: 'eve', tenantId: 'rivals' });
  });

  afterAll(() => server.stop());

  const add = async (as = admin): Promise<Fresh> => {
    const response = await server.call('POST', '/api/edges', { as, body: { name: `edge-${(names += 1)}` } });
    expect(response.status).toBe(201);
    return (await response.json()) as Fresh;
  };
  const show = (credential: string, path: string, body: unknown, method = 'POST'): Promise<Response> =>
    server.call(method, path, {
      ...(method === 'GET' ? {} : { body }),
      headers: { authorization: `Bearer ${credential}` },
    });
  const lease = async (
    credential: string,
    body: object,
  ): Promise<{ status: number; code?: string; epoch?: number }> => {
    const response = await show(credential, '/api/edges/lease', body);
    return { status: response.status, ...((await response.json()) as object) };
  };
  const kidOf = async (path: string, as: TestPerson): Promise<string> =>
    new URL(await server.sign(path, as)).searchParams.get('kid') ?? '';

  it('is a name and 256 random bits, of which only a hash is kept', async () => {
    const { id, credential } = await add();
    expect(credential).toMatch(/^cse_[\w-]{22}_[\w-]{43}$/);
    const secret = Buffer.from(credential.slice(27), 'base64url');
    expect(secret.length).toBe(32);
    const { rows } = await server.database.pool.query<{ secret_hash: Buffer; row: string }>(
      'SELECT secret_hash, e::text AS row FROM edges e WHERE id = $1',
      [id],
    );
    expect(rows[0]!.secret_hash).toEqual(createHash('sha256').update(secret).digest());
    expect(rows[0]!.row).not.toContain(secret.toString('hex'));
    expect(server.logged.join('')).not.toContain(credential.slice(27));
    const list = await (await server.call('GET', '/api/edges', { as: admin })).text();
    expect(list).toContain(id);
    expect(list).not.toContain(credential.slice(27));
  });

  it('is one text, not several', () => {
    const { credential } = newCredential('AAAAAAAAAAAAAAAAAAAAAA');
    expect(parseCredential(credential)).toBeDefined();
    for (const other of [
      `${credential}=`,
      credential.slice(0, -1),
      `${credential}A`,
      credential.replace('_', '.'),
      '',
    ]) {
      expect(parseCredential(other)).withContext(other).toBeUndefined();
    }
    // Spare bits that are set spell the same bytes.
    expect(parseCredential(`${credential.slice(0, -1)}B`)).toBeUndefined();
    const { hash } = newCredential('AAAAAAAAAAAAAAAAAAAAAA');
    expect(isOneOf(hash, [null, Buffer.alloc(32), hash])).toBe(true);
    expect(isOneOf(hash, [Buffer.alloc(32), null])).toBe(false);
  });

  it('opens the calls of holders and nothing else, and no token of a person opens these', async () => {
    const { id, credential } = await add();
    expect((await lease(credential, { incarnation: INCARNATION })).status).toBe(200);
    const closed: [string, string][] = [
      ['POST', '/api/resources/sign'],
      ['GET', '/api/resources'],
      ['GET', '/api/edges'],
      ['POST', '/api/edges'],
      ['POST', `/api/edges/${id}/rotate`],
      ['DELETE', `/api/edges/${id}`],
      ['POST', '/api/edges/lease/'],
      ['POST', '/api/EDGES/lease'],
      ['POST', '/api/edges//lease'],
      ['POST', '/api/owners/ada/revoke'],
    ];
    for (const [method, path] of closed) {
      const response = await show(credential, path, {}, method);
      expect([401, 404]).withContext(path).toContain(response.status);
    }
    for (const call of ['lease', 'resolve']) {
      const body = call === 'lease' ? { incarnation: INCARNATION } : { paths: ['a'] };
      const path = `/api/edges/${call}`;
      expect(
        (await server.call('POST', path, { as: { id: 'g', roles: ['globalAdmin'] }, body })).status,
      ).toBe(403);
      expect((await server.call('POST', path, { body })).status).toBe(401);
    }
  });

  it('is refused alike when it is forged, of another edge, or has a wrong secret', async () => {
    const { id, credential } = await add();
    const other = await add();
    const wrong = [
      credential.slice(0, 27) + other.credential.slice(27),
      newCredential(id).credential,
      newCredential('AAAAAAAAAAAAAAAAAAAAAA').credential,
      'cse_',
      `cse_${"' OR 1=1 --"}`.replaceAll(' ', '+'),
      `cse_${'A'.repeat(5000)}`,
    ];
    const answers = await Promise.all(wrong.map((one) => lease(one, { incarnation: INCARNATION })));
    expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual(
      wrong.map(() => '401 invalid-token'),
    );
  });

  it('is rotated with two that open meanwhile, and with one when nothing else may', async () => {
    const { id, credential: first } = await add();
    expect((await lease(first, { incarnation: crypto.randomUUID() })).status).toBe(200);
    const rotate = async (body?: object): Promise<Fresh> =>
      (await (await server.call('POST', `/api/edges/${id}/rotate`, { as: admin, body })).json()) as Fresh;
    const opens = async (credential: string): Promise<boolean> =>
      (await lease(credential, { incarnation: crypto.randomUUID() })).status === 200;
    const second = await rotate();
    expect(second.previousUntil).toBeTruthy();
    expect([await opens(first), await opens(second.credential)]).toEqual([true, true]);
    const third = await rotate({ overlapMinutes: 5 });
    expect([await opens(first), await opens(second.credential), await opens(third.credential)]).toEqual([
      ...[false, true, true],
    ]);
    await server.database.pool.query(
      "UPDATE edges SET previous_until = now() - INTERVAL '1 s' WHERE id = $1",
      [id],
    );
    expect([await opens(second.credential), await opens(third.credential)]).toEqual([false, true]);
    const fourth = await rotate({ overlapMinutes: 0 });
    expect(fourth.previousUntil).toBeNull();
    expect([await opens(third.credential), await opens(fourth.credential)]).toEqual([false, true]);
  });

  it('opens nothing once it is revoked, which is told once and stays so', async () => {
    const { id, credential } = await add();
    const revoke = async (): Promise<{ epoch: number; mode: string }> =>
      (await (await server.call('DELETE', `/api/edges/${id}`, { as: admin })).json()) as never;
    const receipt = await revoke();
    expect((await revoke()).epoch).toBe(receipt.epoch);
    for (const call of ['lease', 'resolve']) {
      const body = call === 'lease' ? { incarnation: crypto.randomUUID() } : { paths: ['a'] };
      expect((await show(credential, `/api/edges/${call}`, body)).status).toBe(401);
    }
    const rotated = await server.call('POST', `/api/edges/${id}/rotate`, { as: admin });
    expect([rotated.status, ((await rotated.json()) as { code: string }).code]).toEqual([
      409,
      'edge-revoked',
    ]);
    const events = await server.auditRows('edge-revoked');
    expect(events.at(-1)).toEqual(jasmine.objectContaining({ actor: 'admin', tenant_id: 'default' }));
  });

  it('has a name that one live edge of a tenant has', async () => {
    const body = { name: 'lyon' };
    const statuses = [
      (await server.call('POST', '/api/edges', { as: admin, body })).status,
      (await server.call('POST', '/api/edges', { as: admin, body })).status,
      (await server.call('POST', '/api/edges', { as: rival, body })).status,
    ];
    expect(statuses).toEqual([201, 409, 201]);
    const both = await Promise.all(
      [1, 2].map(() => server.call('POST', '/api/edges', { as: admin, body: { name: 'nice' } })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is told keys and paths of its own tenant, and nobody can tell those of another from none', async () => {
    const { credential } = await add();
    const theirs = await kidOf('public/team/r.png', { id: 'eve', tenantId: 'rivals' });
    const ours = await kidOf('public/team/a.png', ada);
    const ask = async (body: object): Promise<{ keys: { kid: string }[]; paths: { path: string }[] }> =>
      (await (await show(credential, '/api/edges/resolve', body)).json()) as never;
    const found = await ask({ kids: [ours, theirs], paths: ['public/team/a.png', 'public/team/r.png'] });
    expect(found.keys.map(({ kid }) => kid)).toEqual([ours]);
    expect(found.paths.map(({ path }) => path)).toEqual(['public/team/a.png']);
    const none = await ask({ kids: [theirs], paths: ['public/team/r.png'] });
    expect(none).toEqual(await ask({ kids: ['AAAAAAAAAAAAAAAAAAAAAA'], paths: ['public/team/none.png'] }));
    expect(none as object).toEqual({ keys: [], paths: [] });
    const { rows } = await server.database.pool.query<{ kid: string }>(
      'SELECT kid FROM edge_told_keys WHERE kid = ANY($1)',
      [[ours, theirs]],
    );
    expect(rows).toEqual([{ kid: ours }]);
  });

  it('brings no hostile body further than its schema', async () => {
    const { credential } = await add();
    const incarnation = crypto.randomUUID();
    const bad: [string, unknown][] = [
      ['lease', {}],
      ['lease', []],
      ['lease', { incarnation: 'x' }],
      ['lease', { incarnation: `${incarnation}'; DROP TABLE holders; --` }],
      ['lease', { incarnation: [incarnation] }],
      ['lease', { incarnation, cursor: -1 }],
      ['lease', { incarnation, cursor: '1' }],
      ['lease', { incarnation, cursor: 1.5 }],
      ['lease', { incarnation, cursor: 2 ** 53 }],
      ['lease', { incarnation, cursor: null }],
      ['lease', { incarnation, acknowledged: {} }],
      ['lease', { incarnation, leaseMs: 60000 }],
      ['resolve', {}],
      ['resolve', { kids: [], paths: [] }],
      ['resolve', { kids: ['short'] }],
      ['resolve', { kids: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      ['resolve', { kids: [['AAAAAAAAAAAAAAAAAAAAAA']] }],
      ['resolve', { paths: [''] }],
      ['resolve', { paths: ['a'.repeat(1025)] }],
      ['resolve', { paths: Array.from({ length: 201 }, (_, index) => `p${index}`) }],
      [
        'resolve',
        { kids: ['AAAAAAAAAAAAAAAAAAAAAA'], paths: Array.from({ length: 200 }, (_, n) => `p${n}`) },
      ],
      ['resolve', { paths: ['a'], tenant: 'rivals' }],
    ];
    for (const [call, body] of bad) {
      const response = await show(credential, `/api/edges/${call}`, body);
      expect(response.status)
        .withContext(`${call} ${JSON.stringify(body).slice(0, 80)}`)
        .toBe(400);
    }
    // Strange, and nothing but names that nobody has.
    for (const path of ['a\nkid\nb', 'a\0b', '\ud800', '../..', '%', '{"}', "'", 'users/*']) {
      const response = await show(credential, '/api/edges/resolve', { paths: [path] });
      expect([200, 400]).withContext(JSON.stringify(path)).toContain(response.status);
      if (response.status === 200) expect(await response.json()).toEqual({ keys: [], paths: [] });
    }
  });
});
