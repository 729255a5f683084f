import { createConnection } from 'node:net';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { databaseBehind } from '../leases/lease.ts';
import { ada, grace, TestServer } from '../testing/test-server.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';

const PHOTO = 'public/team/avatar-2.png';
const LARGE = 'public/team/large.png';

describe('delivery of a signed URL', () => {
  let server: TestServer;
  let url: string;
  const large = pngOf(3_000_000);

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(PHOTO, ada);
    await server.addPhoto(LARGE, ada, large);
    url = await server.sign(PHOTO);
  });

  afterAll(() => server.stop());

  const expectRefused = async (target: string, code = 'refused', init: RequestInit = {}): Promise<void> => {
    const response = await fetch(target, init);
    expect(response.status).withContext(target).toBe(403);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(((await response.json()) as { code: string }).code)
      .withContext(target)
      .toBe(code);
  };

  const withParameter = (name: string, value: string): string => {
    const changed = new URL(url);
    changed.searchParams.set(name, value);
    return changed.href;
  };

  it('sends the bytes with every header that keeps them where they belong', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(onePixelPng));
    const expected: Record<string, string> = {
      'content-type': 'image/png',
      'content-length': String(onePixelPng.length),
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
      'cross-origin-resource-policy': 'cross-origin',
    };
    for (const [name, value] of Object.entries(expected)) expect(response.headers.get(name)).toBe(value);
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    const tag = createHash('sha256').update(onePixelPng).digest('base64url');
    expect(response.headers.get('etag')).toBe(`"${tag}"`);
  });

  it('answers HEAD like GET, without the bytes', async () => {
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(onePixelPng.length));
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it('answers 304 to the tag it gave, after the signature was checked', async () => {
    const tag = (await fetch(url)).headers.get('etag')!;
    const unchanged = await fetch(url, { headers: { 'if-none-match': tag } });
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers.get('cache-control')).toBe('private, no-cache');
    await expectRefused(withParameter('sig', 'A'.repeat(43)), 'refused', {
      headers: { 'if-none-match': tag },
    });
  });

  it('sends a range as 206 and refuses one past the end with 416', async () => {
    const large206 = await fetch(await server.sign(LARGE), { headers: { range: 'bytes=1000000-1000009' } });
    expect(large206.status).toBe(206);
    expect(large206.headers.get('content-range')).toBe(`bytes 1000000-1000009/${large.length}`);
    expect(new Uint8Array(await large206.arrayBuffer())).toEqual(new Uint8Array(10).fill(0x5a));
    const small206 = await fetch(url, { headers: { range: 'bytes=-4' } });
    expect(new Uint8Array(await small206.arrayBuffer())).toEqual(new Uint8Array(onePixelPng.slice(-4)));
    const beyond = await fetch(url, { headers: { range: 'bytes=5000-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${onePixelPng.length}`);
  });

  it('sends everything when If-Range names another version', async () => {
    const response = await fetch(url, { headers: { range: 'bytes=0-3', 'if-range': '"other"' } });
    expect(response.status).toBe(200);
  });

  it('streams what is too large for memory, byte for byte', async () => {
    const response = await fetch(await server.sign(LARGE));
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), Buffer.from(large))).toBe(0);
  });

  it('refuses every changed field of the URL with the same answer', async () => {
    const { searchParams } = new URL(url);
    const exp = Number(searchParams.get('exp'));
    await expectRefused(withParameter('sig', 'A'.repeat(43)));
    await expectRefused(withParameter('exp', String(exp + 1)));
    await expectRefused(withParameter('kid', 'A'.repeat(22)));
    await expectRefused(withParameter('sid', 'A'.repeat(22)));
    await expectRefused(withParameter('dl', 'other.png'));
    await expectRefused(withParameter('width', '100'));
    await expectRefused(url.replace('avatar-2', 'avatar-3'));
    await expectRefused(url.replace('avatar-2.png', 'large.png'));
    await expectRefused(url.replace(/&sid=.*/, ''));
    await expectRefused(`${url}&sid=${searchParams.get('sid')}`);
    await expectRefused(`${server.origin}/cdn/${PHOTO}`);
  });

  it('opens other spellings of the same path, and drops configured parameters', async () => {
    expect((await fetch(url.replace('avatar', '%61vatar'))).status).toBe(200);
    expect((await fetch(`${url}&utm_source=mail&fbclid=1`)).status).toBe(200);
  });

  it('checks against the configured authority, never the Host header', async () => {
    const { port, pathname, search } = new URL(url);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  const rawTargets = [
    '/cdn/public/team/../team/avatar-2.png',
    '/cdn/public/team/%2e%2e/team/avatar-2.png',
    '/cdn//public/team/avatar-2.png',
    '/cdn/public\\team\\avatar-2.png',
    '/cdn/public/team/avatar-2.png%00',
    '/cdn/public%2Fteam/avatar-2.png',
    '/cdn/public/team/%2561vatar-2.png',
    '/cdn/public/team/avatar-2.png/',
    '/cdn/',
    '/cdn',
  ];
  for (const target of rawTargets) {
    it(`refuses the raw target ${target}`, async () => {
      const { port, search } = new URL(url);
      const socket = createConnection(Number(port), '127.0.0.1');
      socket.write(`GET ${target}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"refused"');
    });
  }

  it('answers 405 with Allow to any other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(url, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
  });

  it('writes one row for each delivery, joined to its issuance by the signature id', async () => {
    const fresh = await server.sign(PHOTO, grace);
    await fetch(fresh);
    await fetch(fresh, { headers: { range: 'bytes=0-3' } });
    const signatureId = `sig_${new URL(fresh).searchParams.get('sid')}`;
    const rows = (await server.auditRows('delivery')).filter((row) => row['signature_id'] === signatureId);
    expect(rows.map((row) => [row['status'], Number(row['bytes'])])).toEqual([
      [200, onePixelPng.length],
      [206, 4],
    ]);
    expect(rows[0]).toEqual(
      jasmine.objectContaining({
        tenant_id: 'default',
        owner: 'ada',
        resource_path: PHOTO,
        duration_ms: jasmine.any(Number),
      }),
    );
    const issuances = await server.auditRows('issuance');
    expect(issuances.some((row) => row['signature_id'] === signatureId)).toBe(true);
  });

  it('writes a denial with its cause, and no signature in any row or log line', async () => {
    await fetch(withParameter('sig', 'A'.repeat(43)));
    const denials = await server.auditRows('denial');
    expect(denials.map((row) => typeof row['duration_ms'])).toEqual(denials.map(() => 'number'));
    expect(denials.some((row) => row['reason'] === 'signature' && row['resource_path'] === PHOTO)).toBe(true);
    const { rows } = await server.database.pool.query('SELECT * FROM resource_access_logs');
    const everything = JSON.stringify(rows) + server.logged.join('');
    expect(everything).not.toContain('sig=');
    expect(everything).not.toContain(new URL(url).searchParams.get('sig')!);
  });

  it('opens a path only while the owner behind the key is its owner, whatever else is as it was', async () => {
    const path = 'public/team/of-another.png';
    await server.addPhoto(path, ada);
    const signed = await server.sign(path);
    const { pool } = server.database;
    expect((await fetch(signed)).status).toBe(200);
    await pool.query(
      `INSERT INTO owners (tenant_id, owner_id, display_name, handle) VALUES ('default', 'eve', 'Eve', 'eve')
       ON CONFLICT DO NOTHING`,
    );
    await pool.query("UPDATE resources SET owner_id = 'eve' WHERE path = $1", [path]);
    server.assembly.catalog.forgetAll();
    expect((await fetch(signed)).status).toBe(403);
    expect((await server.auditRows('denial')).at(-1)?.['reason']).toBe('owner-changed');
  });

  it('tells nothing of a URL, good or bad, while its lease is over', async () => {
    const { lease } = server.assembly;
    lease.refuse(databaseBehind('test'));
    const statuses = [(await fetch(url)).status, (await fetch(withParameter('kid', 'A'.repeat(22)))).status];
    lease.allow();
    await lease.renew();
    expect([...statuses, (await fetch(url)).status]).toEqual([503, 503, 200]);
  });

  it('offers what a browser should not show as a download under its own name', async () => {
    const response = await server.call(
      'POST',
      '/api/resources?kind=document&name=r%C3%A9sum%C3%A9%20%22a%22.json',
      {
        as: ada,
        body: '{"a":1}',
        headers: { 'content-type': 'application/json' },
      },
    );
    const { path } = (await response.json()) as { path: string };
    const delivered = await fetch(await server.sign(path));
    expect(delivered.headers.get('content-disposition')).toBe(
      `attachment; filename="r_sum_ _a_.json"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%22a%22.json`,
    );
  });
});

describe('delivery of an expired URL', () => {
  it('says so, and only to who holds a true signature', async () => {
    const server = await TestServer.start();
    await server.addPhoto(PHOTO, ada);
    const url = new URL(await server.sign(PHOTO));
    const real = Date.now;
    try {
      // The lease compares wall times, so it is taken anew under the later time.
      Date.now = () => real() + 3_700_000;
      await server.assembly.lease.renew();
      const response = await fetch(url);
      expect(response.status).toBe(403);
      expect(((await response.json()) as { code: string }).code).toBe('expired');
      url.searchParams.set('sig', 'A'.repeat(43));
      expect(((await (await fetch(url)).json()) as { code: string }).code).toBe('refused');
    } finally {
      Date.now = real;
      await server.stop();
    }
  });
});
