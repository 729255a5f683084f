import { ada, TestServer } from '../testing/test-server.ts';
import { API, OidcIssuer, SERVICE, WEB } from './testing/oidc-issuer.ts';

const APP = 'https://app.example';
const PHOTO = 'public/team/a.png';
const OWN = { 'sec-fetch-site': 'same-origin' };

const cookiesOf = (response: Response): Map<string, string> =>
  new Map(
    response.headers.getSetCookie().map((line) => {
      const [pair = ''] = line.split(';');
      return [pair.slice(0, pair.indexOf('=')), line];
    }),
  );
const valueOf = (line: string | undefined): string => /^[^=]+=([^;]*)/.exec(line ?? '')?.[1] ?? '';

describe('sessions in cookies', () => {
  let issuer: OidcIssuer;
  let server: TestServer;

  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      oidcClientId: WEB.id,
      oidcClientSecret: WEB.secret,
      tenantClaim: 'tenant',
      tenant: 'acme',
      corsOrigins: [APP],
      trustedProxies: ['127.0.0.1'],
    });
    await server.addPhoto(PHOTO, { ...ada, tenantId: 'acme' });
  });

  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  beforeEach(() => {
    issuer.exchanges = 0;
    issuer.away = false;
  });

  const sign = (headers: Record<string, string>): Promise<Response> =>
    server.call('POST', '/api/resources/sign', { headers, body: { path: PHOTO, reason: 'test' } });
  const list = (headers: Record<string, string>): Promise<Response> =>
    server.call('GET', '/api/resources', { headers });
  const codeOf = async (response: Response): Promise<string | undefined> =>
    ((await response.json()) as { code?: string }).code;
  const actors = async (): Promise<unknown[]> =>
    (await server.auditRows('issuance')).map(({ actor }) => actor);

  it('say who calls, among other cookies too', async () => {
    const cookie = `theme=dark; access_token=${await issuer.userToken('ada')}; not_access_token=x`;
    expect((await sign({ cookie, ...OWN })).status).toBe(200);
    expect((await actors()).at(-1)).toBe('ada');
    expect((await list({ cookie })).status).toBe(200);
  });

  it('count for nothing beside a token in the header, good or bad', async () => {
    const cookie = `access_token=${await issuer.userToken('ada')}`;
    const authorization = `Bearer ${await issuer.userToken('boss')}`;
    expect((await sign({ cookie, authorization })).status).toBe(200);
    expect((await actors()).at(-1)).toBe('boss');
    expect((await sign({ cookie, ...OWN, authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('may come from pages of the own origin and of configured ones', async () => {
    const cookie = `access_token=${await issuer.userToken('ada')}`;
    const allowed = [
      OWN,
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-site', origin: APP },
      { 'sec-fetch-site': 'cross-site', origin: APP },
      { origin: APP },
      { origin: server.origin },
    ];
    for (const headers of allowed) {
      expect((await sign({ cookie, ...(headers as Record<string, string>) })).status)
        .withContext(JSON.stringify(headers))
        .toBe(200);
    }
  });

  it('change nothing when a foreign page sends them, or nothing says which page did', async () => {
    const cookie = `access_token=${await issuer.userToken('boss')}`;
    const refused = [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: `${APP}.evil.example` },
      { origin: APP.toUpperCase() },
      { origin: server.origin.replace('http:', 'https:') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-site', origin: server.origin },
      { 'sec-fetch-site': 'same-origin, cross-site' },
      { 'sec-fetch-site': '', origin: 'https://evil.example' },
      { referer: `${server.origin}/`, 'x-requested-with': 'XMLHttpRequest' },
      { 'x-http-method-override': 'GET' },
    ];
    const before = (await actors()).length;
    for (const headers of refused) {
      const response = await sign({ cookie, ...(headers as Record<string, string>) });
      expect([response.status, await codeOf(response)])
        .withContext(JSON.stringify(headers))
        .toEqual([403, 'cross-site-request']);
    }
    const revoke = await server.call('POST', '/api/owners/ada/revoke', { headers: { cookie } });
    expect(revoke.status).toBe(403);
    expect((await actors()).length).toBe(before);
    expect((await list({ cookie, origin: 'https://evil.example' })).status).toBe(200);
  });

  it('are refused when there are two of them, and are none when they are empty', async () => {
    const [mine, other] = [await issuer.userToken('ada'), await issuer.userToken('boss')];
    const two = await sign({ cookie: `access_token=${mine}; access_token=${other}`, ...OWN });
    expect([two.status, await codeOf(two)]).toEqual([401, 'invalid-token']);
    expect((await sign({ cookie: `access_token=${mine}; access_token=${mine}`, ...OWN })).status).toBe(200);
    expect((await sign({ cookie: 'access_token=', ...OWN })).status).toBe(200);
    expect((await actors()).at(-1)).toBe('anonymous');
  });

  it('that ended are refreshed at the issuer, and the browser gets cookies no script can read', async () => {
    const refresh = await issuer.refreshToken('ada');
    const access = issuer.expiredToken('ada');
    const response = await sign({ cookie: `access_token=${access}; refresh_token=${refresh}`, ...OWN });
    expect(response.status).toBe(200);
    expect((await actors()).at(-1)).toBe('ada');
    const cookies = cookiesOf(response);
    expect([...cookies.keys()]).toEqual(['access_token', 'refresh_token']);
    for (const line of cookies.values()) {
      for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
        expect(line).toContain(attribute);
      }
      expect(line).not.toContain('Domain');
    }
    expect(cookies.get('access_token')).toContain('Max-Age=300');
    const renewed = valueOf(cookies.get('access_token'));
    expect((await list({ cookie: `access_token=${renewed}` })).status).toBe(200);
    // The issuer gave a new one for it, and the session goes on with that.
    const next = valueOf(cookies.get('refresh_token'));
    expect(next).not.toBe(refresh);
    const again = await list({ cookie: `refresh_token=${next}` });
    expect([again.status, [...cookiesOf(again).keys()]]).toEqual([200, ['access_token', 'refresh_token']]);
    expect(issuer.exchanges).toBe(2);
  });

  it('are refreshed once, however many requests of a page come with the same token', async () => {
    const cookie = `refresh_token=${await issuer.refreshToken('ada')}`;
    const responses = await Promise.all(Array.from({ length: 20 }, () => list({ cookie })));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await list({ cookie })).status).toBe(200);
    const tokens = new Set(responses.map((response) => valueOf(cookiesOf(response).get('refresh_token'))));
    expect([tokens.size, issuer.exchanges]).toEqual([1, 1]);
  });

  it('that the issuer does not go on with are 401, and no cookie is touched', async () => {
    for (const cookie of [
      'refresh_token=unknown',
      `refresh_token=${'x'.repeat(5000)}`,
      `access_token=${issuer.expiredToken('ada')}; refresh_token=unknown-too`,
      `access_token=${issuer.expiredToken('ada')}`,
    ]) {
      const response = await sign({ cookie, ...OWN });
      expect([response.status, await codeOf(response)]).toEqual([401, 'token-expired']);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  });

  it('are not refreshed for a foreign page, nor beside a token that is bad and not just old', async () => {
    const refresh = await issuer.refreshToken('ada');
    expect((await sign({ cookie: `refresh_token=${refresh}`, origin: 'https://evil.example' })).status).toBe(
      403,
    );
    const broken = `${(await issuer.userToken('ada')).slice(0, -8)}AAAAAAAA`;
    expect((await list({ cookie: `access_token=${broken}; refresh_token=${refresh}` })).status).toBe(401);
    expect(issuer.exchanges).toBe(0);
  });

  it('of two people are none', async () => {
    const refresh = await issuer.refreshToken('boss');
    const response = await list({
      cookie: `access_token=${issuer.expiredToken('ada')}; refresh_token=${refresh}`,
    });
    expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
  });

  it('wait out an issuer that is away: 503 now, and the same cookie works when it is back', async () => {
    const cookie = `refresh_token=${await issuer.refreshToken('ada')}`;
    issuer.away = true;
    const response = await list({ cookie });
    expect([response.status, await codeOf(response)]).toEqual([503, 'identity-unavailable']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    issuer.away = false;
    expect((await list({ cookie })).status).toBe(200);
  });

  it('that are made up do not have the issuer asked without end', async () => {
    const from = { 'x-forwarded-for': '203.0.113.66', ...OWN };
    const guess = (n: number): Promise<Response> => list({ cookie: `refresh_token=made-up-${n}`, ...from });
    const statuses: number[] = [];
    for (let n = 0; n < 100; n += 1) statuses.push((await guess(n)).status);
    expect(issuer.exchanges).toBe(60);
    expect(statuses.slice(0, 60)).not.toContain(429);
    expect(statuses.at(-1)).toBe(429);
    const cookie = `access_token=${await issuer.userToken('ada')}; refresh_token=made-up-0`;
    expect((await list({ cookie, ...from })).status).toBe(200);
  });

  it('leave no token in the log', async () => {
    const refresh = await issuer.refreshToken('ada');
    await list({ cookie: `refresh_token=${refresh}` });
    await list({ cookie: 'refresh_token=unknown-and-not-logged' });
    const log = server.logged.join('\n');
    for (const secret of [refresh, 'unknown-and-not-logged', WEB.secret, encodeURIComponent(WEB.secret)]) {
      expect(log).not.toContain(secret);
    }
  });

  it('are of users; a service calls in its own name, and with what its roles give', async () => {
    const authorization = `Bearer ${await issuer.serviceToken()}`;
    const principal = await server.assembly.identity.verifier.verify(authorization.slice(7));
    expect([principal.kind, principal.id, principal.tenantId]).toEqual(['service', SERVICE.id, 'acme']);
    expect((await sign({ authorization })).status).toBe(200);
    expect((await actors()).at(-1)).toBe(SERVICE.id);
    const user = await server.assembly.identity.verifier.verify(await issuer.userToken('ada'));
    expect([user.kind, user.name, user.roles]).toEqual(['user', 'ada of the issuer', ['tenantMember']]);
  });

  it('end what is watched with the token: nobody is told of uploads after that', async () => {
    // Looked at every 15 seconds.
    const every = globalThis.setInterval;
    spyOn(globalThis, 'setInterval').and.callFake(((work: () => void, ms: number) =>
      every(work, ms === 15_000 ? 50 : ms)) as typeof setInterval);
    const watch = () => {
      // Clocks may differ by 30 seconds, so it is good for one or two more.
      const authorization = `Bearer ${issuer.expiredToken('ada', 28)}`;
      return server.call('GET', '/api/resources/uploads/events', { headers: { authorization } });
    };
    let stream = await watch();
    while (stream.status === 401) stream = await watch();
    expect(stream.status).toBe(200);
    const told = await stream.text();
    expect(told.split('\n\n').slice(-2)).toEqual(['event: end\ndata: {"why":"signed-out"}', '']);
    expect(told).toContain(': still here');
  });
});

describe('a refresh token', () => {
  it('is of no interest to a server without a client at the issuer', async () => {
    const issuer = await OidcIssuer.start();
    const server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      tenant: 'acme',
    });
    try {
      await server.addPhoto(PHOTO, { ...ada, tenantId: 'acme' });
      const cookie = `refresh_token=${await issuer.refreshToken('ada')}`;
      const response = await server.call('POST', '/api/resources/sign', {
        headers: { cookie },
        body: { path: PHOTO, reason: 'test' },
      });
      expect([response.status, issuer.exchanges]).toEqual([200, 0]);
      expect((await server.auditRows('issuance')).map(({ actor }) => actor)).toEqual(['anonymous']);
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });

  it('is exchanged with the secret in the body where the issuer wants it there', async () => {
    const issuer = await OidcIssuer.start({ secretIn: 'body' });
    const server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      oidcClientId: WEB.id,
      oidcClientSecret: WEB.secret,
      tenant: 'acme',
      cookieDomain: 'app.example',
    });
    try {
      const cookie = `refresh_token=${await issuer.refreshToken('ada')}`;
      const response = await server.call('GET', '/api/resources', { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(cookiesOf(response).get('access_token')).toContain('Domain=app.example');
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });

  it('that a client with the wrong secret offers is a 503, and the log names what to check', async () => {
    const issuer = await OidcIssuer.start();
    const server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      oidcClientId: WEB.id,
      oidcClientSecret: 'wrong',
      tenant: 'acme',
    });
    try {
      const cookie = `refresh_token=${await issuer.refreshToken('ada')}`;
      expect((await server.call('GET', '/api/resources', { headers: { cookie } })).status).toBe(503);
      expect(server.logged.join()).toContain('OIDC_CLIENT_SECRET');
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });
});
