import { ada, TestServer } from './testing/test-server.ts';

const APP = 'https://app.example';
const PHOTO = 'public/team/a.png';

describe('calls from other origins', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ corsOrigins: [APP] });
    await server.addPhoto(PHOTO, ada);
  });

  afterAll(() => server.stop());

  it('are let in for the configured origin, the preflight remembered', async () => {
    const preflight = await server.call('OPTIONS', '/api/resources/sign', {
      headers: {
        origin: APP,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(APP);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(Number(preflight.headers.get('access-control-max-age'))).toBeGreaterThan(0);
  });

  it('may read the headers that clients need, from the API and from delivery', async () => {
    const url = await server.sign(PHOTO);
    for (const response of [
      await fetch(url, { headers: { origin: APP } }),
      await server.call('GET', '/api/openapi.json', { headers: { origin: APP } }),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(APP);
      for (const name of ['Date', 'Retry-After', 'RateLimit', 'Location', 'Upload-Offset']) {
        expect(response.headers.get('access-control-expose-headers')).toContain(name);
      }
    }
  });

  it('are not let in for any other origin', async () => {
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null']) {
      const response = await server.call('GET', '/api/openapi.json', { headers: { origin } });
      expect(response.headers.get('access-control-allow-origin')).not.toBe(origin);
    }
  });

  it('carry cookies to the API for the configured origin only, and never to delivery', async () => {
    const mayCarry = async (path: string, origin: string): Promise<string | null> => {
      const response = await fetch(new URL(path, server.origin), { headers: { origin } });
      const allowed = response.headers.get('access-control-allow-origin') === origin;
      return allowed ? response.headers.get('access-control-allow-credentials') : null;
    };
    expect(await mayCarry('/api/openapi.json', APP)).toBe('true');
    expect(await mayCarry('/api/openapi.json', 'https://evil.example')).toBeNull();
    expect(await mayCarry(await server.sign(PHOTO), APP)).toBeNull();
  });
});

describe('the router', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server.stop());

  it('says that it is live and ready', async () => {
    expect(await (await server.call('GET', '/health/live')).json()).toEqual({ status: 'live' });
    const ready = await server.call('GET', '/health/ready');
    expect([ready.status, ready.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });

  it('passes on what it does not know to the app around it', async () => {
    const response = await server.call('GET', '/somewhere/else');
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  it('leaves routes of that app under /api alone, its own ways of signing in included', async () => {
    const response = await server.call('GET', '/api/theirs', { headers: { authorization: 'Basic YTpi' } });
    expect(await response.text()).toBe('a route of the app around it');
  });

  it('answers JSON that can neither run nor be framed', async () => {
    const response = await server.call('GET', '/api/nothing');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('has no sample people unless it is told of some', async () => {
    expect((await server.call('POST', '/api/session', { body: { person: 'admin' } })).status).toBe(404);
  });
});

describe('the sign-in of sample people', () => {
  let server: TestServer;

  beforeAll(async () => {
    const person = { id: 'ada', name: 'Ada Lovelace', tenantId: 'default', roles: ['tenantMember'] };
    server = await TestServer.start({ samplePeople: [person] });
  });

  afterAll(() => server.stop());

  it('answers exactly a token, which the API accepts', async () => {
    const response = await server.call('POST', '/api/session', { body: { person: 'ada' } });
    const answer = (await response.json()) as { token: string };
    expect(Object.keys(answer)).toEqual(['token']);
    const list = await server.call('GET', '/api/resources', {
      headers: { authorization: `Bearer ${answer.token}` },
    });
    expect(list.status).toBe(200);
  });

  it('names those there are, and answers 404 for anybody else', async () => {
    expect(await (await server.call('GET', '/api/session')).json()).toEqual({
      people: [{ id: 'ada', name: 'Ada Lovelace', role: 'tenantMember' }],
    });
    const response = await server.call('POST', '/api/session', { body: { person: 'mallory' } });
    expect(response.status).toBe(404);
    expect(((await response.json()) as { detail: string }).detail).toContain('ada');
  });

  it('refuses a page whose foreign name resolves to this machine', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${server.origin}/api/session`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});
