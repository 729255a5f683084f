import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import type { CountersignConfig } from '../countersign-config.ts';
import { RouteTable } from '../platform/route.ts';
import { countersignRouter } from '../router.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { authenticate } from './authenticate.ts';
import { routeAccess } from './route-access.ts';

const PATH = 'public/team/limited.png';
const SIGN = '/api/resources/sign';
const one = { path: PATH, reason: 'test' };
const many = (count: number): object => ({ resources: Array.from({ length: count }, () => one) });

interface Options {
  as?: TestPerson;
  /** Whom the proxy speaks for. */
  from?: string;
}

describe('a limit', () => {
  let server: TestServer;

  const start = async (settings: Partial<CountersignConfig>): Promise<void> => {
    server = await TestServer.start(settings);
    await server.addPhoto(PATH, ada);
  };

  afterEach(() => server.stop());

  const forwarded = (from?: string): Record<string, string> => (from ? { 'x-forwarded-for': from } : {});
  const sign = ({ as, from }: Options): Promise<Response> =>
    server.call('POST', SIGN, { ...(as ? { as } : {}), body: one, headers: forwarded(from) });
  const signMany = (count: number, { as, from }: Options): Promise<Response> =>
    server.call('POST', `${SIGN}/batch`, {
      ...(as ? { as } : {}),
      body: many(count),
      headers: forwarded(from),
    });
  const statuses = async (times: number, call: () => Promise<Response>): Promise<number[]> => {
    const answers: number[] = [];
    for (let n = 0; n < times; n += 1) answers.push((await call()).status);
    return answers;
  };

  it('says what is left, and lets 100 of 120 simultaneous calls sign', async () => {
    await start({});
    const first = await sign({ as: grace });
    expect(first.headers.get('ratelimit')).toMatch(/^"sign";r=99;t=\d+$/);
    expect(first.headers.get('ratelimit-policy')).toBe('"sign";q=100;w=60, "signatures";q=5000;w=60');
    const answers = await Promise.all(Array.from({ length: 120 }, () => sign({ as: ada })));
    expect(answers.filter(({ status }) => status === 200).length).toBe(100);
    expect(answers.filter(({ status }) => status === 429).length).toBe(20);
    // Nobody else has less for it.
    expect((await sign({ as: grace })).headers.get('ratelimit')).toMatch(/^"sign";r=98;/);
    expect((await sign({ as: { ...ada, tenantId: 'other' } })).headers.get('ratelimit')).toMatch(/r=99;/);
    expect((await server.auditRows('issuance')).length).toBe(102);
  });

  it('refuses with a problem that names it and says when to come back', async () => {
    await start({ rateLimits: { sign: '1/min' } });
    await sign({ as: ada });
    const refused = await sign({ as: ada });
    const { code, detail } = (await refused.json()) as { code: string; detail: string };
    expect([refused.status, code]).toEqual([429, 'rate-limited']);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(detail).toBe(`The limit "sign" is 1 per minute for each principal. Try again in ${seconds} s.`);
    expect(refused.headers.get('ratelimit')).toBe(`"sign";r=0;t=${seconds}`);
    expect(refused.headers.get('cache-control')).toBe('no-store');
  });

  it('is whole again when its window has ended', async () => {
    await start({ rateLimits: { sign: '2/s' } });
    let refused = await sign({ as: ada });
    while (refused.status === 200) refused = await sign({ as: ada });
    expect(refused.headers.get('retry-after')).toBe('1');
    let again = refused;
    while (again.status === 429) again = await sign({ as: ada });
    expect(again.headers.get('ratelimit')).toMatch(/^"sign";r=1;/);
  });

  it('of signatures counts the entries of a batch, and a refused batch takes none of them', async () => {
    await start({ rateLimits: { signatures: '150/min' } });
    const first = await signMany(100, { as: ada });
    expect(first.headers.get('ratelimit')).toMatch(/^"signatures";r=50;/);
    const refused = await signMany(51, { as: ada });
    expect(refused.status).toBe(429);
    expect(((await refused.json()) as { detail: string }).detail).toMatch(
      /"signatures" is 150 per minute for each principal.*this call counts 51, 50 are left\.$/,
    );
    expect(refused.headers.get('ratelimit')).toMatch(/^"signatures";r=50;/);
    expect((await signMany(49, { as: ada })).status).toBe(200);
    const last = await sign({ as: ada });
    expect(last.status).toBe(200);
    expect(last.headers.get('ratelimit')).toMatch(/^"signatures";r=0;/);
    expect((await sign({ as: ada })).status).toBe(429);
    expect((await server.auditRows('issuance')).length).toBe(150);
  });

  it('that a batch can never keep says so', async () => {
    await start({ rateLimits: { signatures: '10/min' } });
    const refused = await signMany(11, { as: ada });
    expect(((await refused.json()) as { detail: string }).detail).toContain('ask for less at once');
  });

  it('counts a call that is not valid, before it is read', async () => {
    await start({ rateLimits: { sign: '1/min' } });
    expect((await server.call('POST', SIGN, { as: ada, body: '{' })).status).toBe(400);
    expect((await server.call('POST', SIGN, { as: ada, body: '{' })).status).toBe(429);
  });

  it('counts every other call of somebody together', async () => {
    await start({ rateLimits: { api: '2/min', sign: '1/min' } });
    const list = await server.call('GET', '/api/resources', { as: ada });
    expect(list.headers.get('ratelimit-policy')).toBe('"api";q=2;w=60');
    expect((await server.call('GET', '/api/owners', { as: ada })).status).toBe(403);
    expect((await server.call('GET', '/api/resources', { as: ada })).status).toBe(429);
    expect((await sign({ as: ada })).status).toBe(200);
    expect((await server.call('GET', '/api/resources', { as: admin })).status).toBe(200);
  });

  it('counts nobody when it is off', async () => {
    await start({ rateLimits: { sign: 'off', signatures: 'off' } });
    const answers = await Promise.all(Array.from({ length: 110 }, () => sign({ as: ada })));
    expect(answers.every(({ status }) => status === 200)).toBeTrue();
    expect(answers[0]?.headers.has('ratelimit')).toBeFalse();
    expect(answers[0]?.headers.has('ratelimit-policy')).toBeFalse();
  });

  it('does not count deliveries', async () => {
    await start({ rateLimits: { anonymous: '1/min' } });
    const url = await server.sign(PATH);
    const answers = await statuses(5, () => fetch(url));
    expect(answers).toEqual([200, 200, 200, 200, 200]);
  });

  it('counts nobody-in-particular by IPv4 address and IPv6 /64', async () => {
    await start({ rateLimits: { anonymous: '2/min' }, trustedProxies: 1 });
    expect(await statuses(3, () => sign({ from: '203.0.113.7' }))).toEqual([200, 200, 429]);
    // The audit takes these for one network, the limit does not.
    expect(await statuses(3, () => sign({ from: '203.0.113.8' }))).toEqual([200, 200, 429]);
    expect((await sign({ from: '2001:db8:7:1::1' })).status).toBe(200);
    expect((await sign({ from: '2001:db8:7:1:ffff::2' })).status).toBe(200);
    expect((await sign({ from: '2001:db8:7:1:eeee::3' })).status).toBe(429);
    expect((await sign({ from: '2001:db8:7:2::1' })).status).toBe(200);
    expect((await sign({ from: '203.0.113.7', as: ada })).status).toBe(200);
  });

  it('bounds what is signed for one address, however large its batches are', async () => {
    await start({ rateLimits: { 'anonymous-signatures': '250/min' }, trustedProxies: 1 });
    expect((await signMany(200, { from: '203.0.113.7' })).status).toBe(200);
    expect((await signMany(51, { from: '203.0.113.7' })).status).toBe(429);
    expect((await signMany(50, { from: '203.0.113.7' })).status).toBe(200);
    expect((await signMany(200, { from: '203.0.113.8' })).status).toBe(200);
    expect((await signMany(200, { from: '203.0.113.7', as: ada })).status).toBe(200);
  });

  it('keeps everybody who has not signed in from using up the tenant', async () => {
    await start({ rateLimits: { 'anonymous-tenant': '60/min' }, trustedProxies: 1 });
    const first = await signMany(50, { from: '203.0.113.7' });
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe(
      '"anonymous";q=600;w=60, "anonymous-signatures";q=30000;w=60, "anonymous-tenant";q=60;w=60',
    );
    const second = await signMany(11, { from: '198.51.100.1' });
    expect(second.status).toBe(429);
    expect(((await second.json()) as { detail: string }).detail).toContain('"anonymous-tenant"');
    expect((await signMany(10, { from: '198.51.100.1' })).status).toBe(200);
    expect((await signMany(50, { from: '198.51.100.1', as: ada })).status).toBe(200);
  });

  it('makes refused tokens 429, and never holds up a good one from the same address', async () => {
    await start({ rateLimits: { 'failed-sign-in': '2/min' }, trustedProxies: 1 });
    const badly = (from: string): Promise<Response> =>
      server.call('GET', '/api/resources', {
        headers: { ...forwarded(from), authorization: 'Bearer nothing' },
      });
    expect(await statuses(3, () => badly('203.0.113.7'))).toEqual([401, 401, 429]);
    expect((await badly('203.0.113.8')).status).toBe(401);
    expect((await sign({ from: '203.0.113.7', as: ada })).status).toBe(200);
  });

  it('is not escaped by a header that nobody trusted has written', async () => {
    await start({ rateLimits: { anonymous: '2/min' } });
    const answers: number[] = [];
    for (let n = 0; n < 4; n += 1) answers.push((await sign({ from: `203.0.113.${n}` })).status);
    expect(answers).toEqual([200, 200, 429, 429]);
    const rows = await server.auditRows('issuance');
    expect(rows.map((row) => row['ip_prefix'])).toEqual(['127.0.0.0/24', '127.0.0.0/24']);
  });

  it('is not escaped by what a caller writes in front of what a trusted proxy writes', async () => {
    await start({ rateLimits: { anonymous: '2/min' }, trustedProxies: ['127.0.0.1'] });
    const answers: number[] = [];
    for (let n = 0; n < 4; n += 1) answers.push((await sign({ from: `192.0.2.${n}, 203.0.113.7` })).status);
    expect(answers).toEqual([200, 200, 429, 429]);
    const rows = await server.auditRows('issuance');
    expect(rows.map((row) => row['ip_prefix'])).toEqual(['203.0.113.0/24', '203.0.113.0/24']);
  });

  it('meets deliveries in the audit by the same address', async () => {
    await start({ trustedProxies: ['127.0.0.0/8'] });
    await fetch(await server.sign(PATH), { headers: forwarded('192.0.2.1, 203.0.113.7') });
    const rows = await server.auditRows('delivery');
    expect(rows.map((row) => row['ip_prefix'])).toEqual(['203.0.113.0/24']);
  });

  it('of a route to come is named by its contract', async () => {
    await start({ rateLimits: { 'refresh-batch': '2/h' } });
    const { limits, identity } = server.assembly;
    const api = express.Router();
    const routes = new RouteTable(api, [authenticate(identity)], routeAccess, (limit) => limits.calls(limit));
    const contract = {
      operationId: 'test',
      tag: 'test',
      summary: 'a test',
      access: 'signed-in',
      responses: {},
      problems: [],
      example: { answers: {} },
    } as const;
    routes.add({ ...contract, method: 'get', path: '/refreshed', limit: 'refresh-batch' }, () => ({}));
    await around(express().use(api), async (origin) => {
      const refresh = (as: TestPerson): Promise<Response> =>
        fetch(`${origin}/refreshed`, { headers: { authorization: `Bearer ${server.tokenOf(as)}` } });
      const first = await refresh(ada);
      expect(first.headers.get('ratelimit-policy')).toBe('"refresh-batch";q=2;w=3600');
      expect(first.headers.get('ratelimit')).toBe('"refresh-batch";r=1;t=3600');
      // It is the tenant's, whoever asks.
      expect([(await refresh(grace)).status, (await refresh(ada)).status]).toEqual([200, 429]);
      expect((await refresh({ ...ada, tenantId: 'other' })).status).toBe(200);
    });
    expect(() => limits.calls('refresh')).toThrowError('there is no limit refresh');
  });

  it('asks the app around the router nothing about proxies', async () => {
    await start({ rateLimits: { anonymous: '2/min' } });
    const app = express().set('trust proxy', true).use(countersignRouter(server.assembly));
    await around(app, async (origin) => {
      const answers: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const headers = { 'content-type': 'application/json', ...forwarded(`203.0.113.${n}`) };
        const body = JSON.stringify(one);
        answers.push((await fetch(origin + SIGN, { method: 'POST', headers, body })).status);
      }
      expect(answers).toEqual([200, 200, 429]);
    });
    const rows = await server.auditRows('issuance');
    expect(rows.map((row) => row['ip_prefix'])).toEqual(['127.0.0.0/24', '127.0.0.0/24']);
  });
});

/** Serves an app while something is asked of it. */
async function around(app: Express, ask: (origin: string) => Promise<void>): Promise<void> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
