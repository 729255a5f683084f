import { ada, admin, TestServer } from './testing/test-server.ts';

const PHOTO = 'public/team/a.png';
const APP = 'https://app.example';

describe('every answer', () => {
  let server: TestServer;
  let answers: { what: string; response: Response }[];

  beforeAll(async () => {
    server = await TestServer.start({ corsOrigins: [APP] });
    await server.addPhoto(PHOTO, ada);
    const url = await server.sign(PHOTO);
    const body = { path: PHOTO, reason: 'r' };
    answers = [
      ['200 of the API', await server.call('POST', '/api/resources/sign', { as: ada, body })],
      [
        '200 of the API for another origin',
        await server.call('GET', '/api/resources', { as: ada, headers: { origin: APP } }),
      ],
      ['400', await server.call('POST', '/api/resources/sign', { as: ada, body: {} })],
      [
        '400 of a body that is no JSON',
        await server.call('POST', '/api/resources/sign', {
          as: ada,
          body: '{',
          headers: { 'content-type': 'application/json' },
        }),
      ],
      ['400 of a path', await server.call('GET', '/api/receipts/%', { as: admin })],
      ['401', await server.call('GET', '/api/owners')],
      [
        '401 of a token',
        await server.call('GET', '/api/resources', { headers: { authorization: 'Bearer a.b.c' } }),
      ],
      ['403', await server.call('GET', '/api/owners', { as: ada })],
      ['404 of a call', await server.call('GET', '/api/nothing')],
      ['404 of a resource', await server.call('GET', '/api/resources/nothing', { as: admin })],
      [
        '413',
        await server.call('POST', '/api/resources/sign', {
          as: ada,
          body: { ...body, more: 'a'.repeat(1_100_000) },
        }),
      ],
      ['health', await server.call('GET', '/health/ready')],
      ['the OpenAPI document', await server.call('GET', '/api/openapi.json')],
      ['the page of the API', await server.call('GET', '/api/docs')],
      ['a script of that page', await server.call('GET', '/api/docs/swagger-ui-bundle.js')],
      ['a delivery', await fetch(url)],
      ['206', await fetch(url, { headers: { range: 'bytes=0-3' } })],
      ['416', await fetch(url, { headers: { range: 'bytes=999999-' } })],
      ['a denial', await fetch(url.replace('sig=', 'sig=A'))],
      ['405', await fetch(url, { method: 'POST' })],
    ].map(([what, response]) => ({ what, response }) as { what: string; response: Response });
  });

  afterAll(() => server.stop());

  it('is what its type says, and nothing else', () => {
    for (const { what, response } of answers) {
      expect(response.headers.get('x-content-type-options')).withContext(what).toBe('nosniff');
      expect(response.headers.get('content-type'))
        .withContext(what)
        .toMatch(/^(application\/(problem\+)?json|text\/(html|javascript)); charset=utf-8$|^image\/png$/);
    }
  });

  it('says what a page may load and who may frame it: nothing and nobody, but for deliveries', () => {
    for (const { what, response } of answers) {
      const policy = (response.headers.get('content-security-policy') ?? '').split(/; */);
      const isDelivery = response.headers.has('accept-ranges') && !what.includes('script');
      expect(policy)
        .withContext(what)
        .toContain(what.includes('page') ? "default-src 'self'" : "default-src 'none'");
      expect(policy)
        .withContext(what)
        .toContain(isDelivery ? 'sandbox' : "frame-ancestors 'none'");
      if (what.includes('page'))
        expect(policy).toEqual(jasmine.arrayContaining(["object-src 'none'", "base-uri 'none'"]));
    }
  });

  it('that is a page shares its window with nobody', () => {
    const pages = answers.filter(({ response }) =>
      response.headers.get('content-type')?.startsWith('text/html'),
    );
    expect(pages.map(({ response }) => response.headers.get('cross-origin-opener-policy'))).toEqual([
      'same-origin',
    ]);
  });

  it('sends no address of a page on, where signed URLs are', () => {
    for (const { what, response } of answers) {
      expect(response.headers.get('referrer-policy')).withContext(what).toBe('no-referrer');
    }
  });

  it('of the API, and every refusal, is stored nowhere', () => {
    for (const { what, response } of answers) {
      if (response.ok && /delivery|206|page/.test(what)) continue;
      expect(response.headers.get('cache-control')).withContext(what).toBe('no-store');
    }
  });

  it('sets no cookie, unless a session is refreshed', () => {
    for (const { what, response } of answers) {
      expect(response.headers.getSetCookie()).withContext(what).toEqual([]);
    }
  });

  it('names neither programs nor versions', async () => {
    for (const { what, response } of answers) {
      if (/OpenAPI|page/.test(what)) continue;
      const told = JSON.stringify([...response.headers]) + (await response.clone().text());
      // The app around the router is the test's own Express, and says so; an address looks like a version.
      const ours = told.replace('["x-powered-by","Express"]', '').replaceAll(server.origin, '');
      expect(ours)
        .withContext(what)
        .not.toMatch(/express|node\b|postgres|swagger|zod|helmet|\d+\.\d+\.\d+/i);
    }
  });
});

describe('the page of the API', () => {
  it('serves its own two files, and no other of the package they come from', async () => {
    const server = await TestServer.start();
    try {
      for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
        expect((await server.call('GET', `/api/docs/${file}`)).status).toBe(200);
      }
      for (const file of [
        'package.json',
        'index.html',
        'README.md',
        'swagger-ui.js.map',
        'oauth2-redirect.html',
        '..%2fpackage.json',
      ]) {
        expect((await server.call('GET', `/api/docs/${file}`)).status)
          .withContext(file)
          .toBe(404);
      }
    } finally {
      await server.stop();
    }
  });
});

describe('an error that nobody foresaw', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(PHOTO, ada);
    await server.database.pool.query('ALTER TABLE resources RENAME COLUMN display_name TO once_a_name');
  });

  afterAll(() => server.stop());

  it('is a 500 that tells nothing, and a line in the log that tells what failed', async () => {
    const before = server.logged.length;
    const response = await server.call('GET', '/api/resources?prefix=canary/', { as: ada });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      type: 'urn:countersign:problem:internal',
      title: 'Something went wrong on the server',
      status: 500,
      code: 'internal',
    });
    const [line = '', ...others] = server.logged.slice(before);
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toEqual(
      jasmine.objectContaining({
        code: 'internal',
        method: 'GET',
        sqlState: '42703',
        stack: jasmine.any(String),
      }),
    );
    expect(line).not.toContain('canary');
  });

  it('ends one request and nothing else', async () => {
    await server.call('GET', '/api/resources', { as: ada });
    expect((await server.call('GET', '/health/ready')).status).toBe(200);
    expect((await server.call('GET', '/api/owners', { as: admin })).status).toBe(200);
  });
});
