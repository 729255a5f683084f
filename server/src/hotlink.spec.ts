import { eventually } from './audit/testing/audit-database.ts';
import { onePixelPng } from './testing/pictures.ts';
import { ada, admin, TestServer } from './testing/test-server.ts';

const PHOTO = 'public/team/avatar-2.png';
const SITE = 'https://www.example.com';
const FOREIGN = 'https://evil.example';

/** What a browser sends from a page: with fetch and upload its origin, with an image its address. */
const from = {
  site: { origin: SITE },
  foreign: { origin: FOREIGN },
  sandbox: { origin: 'null' },
  sitePage: { referer: `${SITE}/team?page=2` },
  foreignPage: { referer: `${FOREIGN}/${SITE}` },
} as const;

describe('with SITE_ORIGINS', () => {
  let server: TestServer;
  /** Signed without signing in. */
  let open: string;
  /** The same, signed for ada. */
  let hers: string;

  beforeAll(async () => {
    server = await TestServer.start({
      siteOrigins: [SITE, 'https://*.example.org'],
      corsOrigins: [SITE, FOREIGN],
    });
    await server.addPhoto(PHOTO, ada);
    const { url } = (await (await sign(from.site)).json()) as { url: string };
    open = url;
    hers = await server.sign(PHOTO, ada);
  });

  afterAll(() => server.stop());

  const sign = (headers: Record<string, string>, as?: typeof ada): Promise<Response> =>
    server.call('POST', '/api/resources/sign', {
      ...(as ? { as } : {}),
      headers,
      body: { path: PHOTO, reason: 'hotlink_spec' },
    });

  const expectHotlink = async (response: Response): Promise<void> => {
    expect(response.status).toBe(403);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(((await response.json()) as { code: string }).code).toBe('hotlink');
  };

  it('signs without signing in for pages of the site, and for nobody else', async () => {
    for (const headers of [from.site, from.sitePage, { origin: 'https://shop.example.org' }, {}]) {
      expect((await sign(headers)).status)
        .withContext(JSON.stringify(headers))
        .toBe(200);
    }
    for (const headers of [
      from.foreign,
      from.foreignPage,
      from.sandbox,
      { ...from.foreign, ...from.sitePage },
    ]) {
      await expectHotlink(await sign(headers));
    }
  });

  it('counts the address of delivery as a page of the site', async () => {
    expect((await sign({ origin: server.origin })).status).toBe(200);
  });

  it('asks nobody who is signed in where the page is from', async () => {
    expect((await sign(from.foreign, ada)).status).toBe(200);
    expect((await fetch(hers, { headers: from.foreignPage })).status).toBe(200);
  });

  it('refuses a whole batch, and tells nothing of what it asks for', async () => {
    const response = await server.call('POST', '/api/resources/sign/batch', {
      headers: from.foreign,
      body: { resources: [{ path: 'no/such', reason: 'r' }, { path: PHOTO, reason: 'r' }, null] },
    });
    await expectHotlink(response);
    expect(
      (
        await server.call('POST', '/api/resources/sign/batch', {
          headers: from.foreign,
          body: { resources: [null] },
        })
      ).status,
    ).toBe(403);
  });

  it('delivers what was signed without signing in to pages of the site only', async () => {
    for (const headers of [from.site, from.sitePage, {}]) {
      expect((await fetch(open, { headers })).status)
        .withContext(JSON.stringify(headers))
        .toBe(200);
    }
    for (const headers of [from.foreign, from.foreignPage, from.sandbox]) {
      await expectHotlink(await fetch(open, { headers }));
    }
  });

  it('refuses a foreign page also a part, the headers alone, and the news that nothing has changed', async () => {
    const { headers } = await fetch(open, { headers: from.sitePage });
    const tag = headers.get('etag')!;
    const unchanged = { 'if-none-match': tag };
    expect((await fetch(open, { headers: { ...from.sitePage, ...unchanged } })).status).toBe(304);
    await expectHotlink(await fetch(open, { headers: { ...from.foreignPage, ...unchanged } }));
    await expectHotlink(await fetch(open, { headers: { ...from.foreignPage, range: 'bytes=0-3' } }));
    const head = await fetch(open, { method: 'HEAD', headers: from.foreignPage });
    expect(head.status).toBe(403);
    expect(head.headers.get('cache-control')).toBe('no-store');
  });

  it('has browsers ask again before they show a copy, so that no copy passes the check', async () => {
    const { headers } = await fetch(open, { headers: from.sitePage });
    expect(headers.get('cache-control')).toBe('private, no-cache');
    // By Referer, every page of the site would fetch the bytes anew.
    expect(headers.get('vary')).toBe('Origin');
  });

  it('still tells a wrong signature nothing but that it is refused', async () => {
    const url = new URL(open);
    url.searchParams.set('sig', 'A'.repeat(43));
    const response = await fetch(url, { headers: from.foreignPage });
    expect(((await response.json()) as { code: string }).code).toBe('refused');
  });

  it('is told by explanations of anonymous calls', async () => {
    const response = await server.call('POST', '/api/policy/explain', {
      as: admin,
      body: { path: PHOTO, as: { anonymous: true } },
    });
    const { allowed, steps } = (await response.json()) as { allowed: boolean; steps: { text: string }[] };
    expect(allowed).toBeTrue();
    expect(steps[0]?.text).toContain('SITE_ORIGINS');
  });

  it('lets a foreign page that may call the API read why it is refused', async () => {
    expect((await sign(from.foreign)).headers.get('access-control-allow-origin')).toBe(FOREIGN);
  });
});

describe('a hotlink', () => {
  it('is a denial in the audit with its cause: every one is counted, and some are rows', async () => {
    const server = await TestServer.start({ siteOrigins: [SITE] });
    const counted = async (): Promise<number> => {
      const { rows } = await server.database.pool.query<{ n: string }>(
        `SELECT coalesce(sum(denials), 0) AS n FROM denial_counts WHERE cause = 'hotlink'`,
      );
      return Number(rows[0]?.n);
    };
    const sign = (headers: Record<string, string>): Promise<Response> =>
      server.call('POST', '/api/resources/sign', { headers, body: { path: PHOTO, reason: 'r' } });
    try {
      await server.addPhoto(PHOTO, ada);
      const { url } = (await (await sign({})).json()) as { url: string };
      expect((await sign(from.foreign)).status).toBe(403);
      for (let time = 0; time < 14; time += 1) {
        expect((await fetch(url, { headers: from.foreignPage })).status).toBe(403);
      }
      await eventually(async () => (await counted()) === 15);
      const denials = (await server.auditRows('denial')).filter(({ reason }) => reason === 'hotlink');
      expect(denials.length).toBeGreaterThanOrEqual(10);
      expect(denials[0]).toEqual(
        jasmine.objectContaining({ actor: 'anonymous', resource_path: PHOTO, signature_id: null }),
      );
      const signatureId = `sig_${new URL(url).searchParams.get('sid')}`;
      expect(denials[1]).toEqual(
        jasmine.objectContaining({
          status: 403,
          owner: 'ada',
          resource_path: PHOTO,
          signature_id: signatureId,
        }),
      );
    } finally {
      await server.stop();
    }
  });
});

describe('with SITE_ORIGINS and SITE_ORIGIN_ABSENT=refuse', () => {
  it('answers no request that names no page, unless somebody is signed in', async () => {
    const server = await TestServer.start({ siteOrigins: [SITE], siteOriginAbsent: 'refuse' });
    try {
      await server.addPhoto(PHOTO, ada);
      const body = { path: PHOTO, reason: 'r' };
      const refused = await server.call('POST', '/api/resources/sign', { body });
      expect(refused.status).toBe(403);
      const signed = await server.call('POST', '/api/resources/sign', { body, headers: from.site });
      const { url } = (await signed.json()) as { url: string };
      expect((await fetch(url)).status).toBe(403);
      expect((await fetch(url, { headers: from.sitePage })).status).toBe(200);
      expect((await fetch(await server.sign(PHOTO, ada))).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});

describe('without SITE_ORIGINS', () => {
  it('every page may sign and show what is for everybody', async () => {
    const server = await TestServer.start({ siteOriginAbsent: 'refuse' });
    try {
      await server.addPhoto(PHOTO, ada);
      for (const headers of [{}, from.foreign, from.sandbox]) {
        const body = { path: PHOTO, reason: 'r' };
        const response = await server.call('POST', '/api/resources/sign', { headers, body });
        const { url } = (await response.json()) as { url: string };
        const delivered = await fetch(url, { headers });
        expect(Buffer.from(await delivered.arrayBuffer()).equals(Buffer.from(onePixelPng))).toBeTrue();
      }
    } finally {
      await server.stop();
    }
  });
});
