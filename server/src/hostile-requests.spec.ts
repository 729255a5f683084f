import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { rawRequest, statusesOf } from './testing/raw-request.ts';
import { ada, admin, TestServer } from './testing/test-server.ts';

const PHOTO = 'public/team/a.png';
const JSON_TYPE = { 'content-type': 'application/json' };

interface Answer {
  status: number;
  code: string | undefined;
  detail: string;
}

describe('a hostile request', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    await server.addPhoto(PHOTO, ada);
  });

  // Whatever was sent, somebody else is served, and nothing of it was a surprise.
  afterEach(async () => {
    expect((await fetch(await server.sign(PHOTO))).status).toBe(200);
    expect(server.logged.filter((line) => line.includes('a request failed'))).toEqual([]);
  });

  afterAll(() => server.stop());

  async function answerOf(response: Response): Promise<Answer> {
    const { code, detail = '' } = (await response.json()) as { code?: string; detail?: string };
    return { status: response.status, code, detail };
  }

  const sign = async (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
    answerOf(
      await server.call('POST', '/api/resources/sign', {
        as: ada,
        body,
        headers: { ...JSON_TYPE, ...headers },
      }),
    );

  const get = async (path: string): Promise<Answer> =>
    answerOf(await server.call('GET', path, { as: admin }));

  const invalid = (field: string): Answer =>
    jasmine.objectContaining({
      status: 400,
      code: 'invalid-request',
      detail: jasmine.stringContaining(field),
    }) as unknown as Answer;

  it('reaches no prototype and no field that was not meant: every unknown name is refused', async () => {
    const good = `"path":"${PHOTO}","reason":"r"`;
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'tenantId', 'ownerId', 'kid']) {
      expect(await sign(`{${good},"${name}":{"expiryMinutes":1,"tenantId":"rivals"}}`)).toEqual(
        invalid(name),
      );
      expect(await get(`/api/resources?${name}=1`)).toEqual(invalid(name));
    }
    expect(await sign(`{"__proto__":{${good}}}`)).toEqual(invalid('path'));
    const explained = await server.call('POST', '/api/policy/explain', {
      as: admin,
      body: `{"path":"${PHOTO}","as":{"id":"x","__proto__":{"roles":["tenantAdmin"]}}}`,
      headers: JSON_TYPE,
    });
    expect(await answerOf(explained)).toEqual(invalid('__proto__'));
    expect(({} as Record<string, unknown>)['expiryMinutes']).toBeUndefined();
  });

  it('is read as the type that was meant or not at all', async () => {
    for (const minutes of ['"5"', '[5]', 'null', 'true', '{}', '1.5', '1e400']) {
      const body = `{"path":"${PHOTO}","reason":"r","expiryMinutes":${minutes}}`;
      expect(await sign(body))
        .withContext(minutes)
        .toEqual(invalid('body.expiryMinutes'));
    }
    for (const path of [`["${PHOTO}"]`, `{"0":"${PHOTO}"}`, '1', 'null']) {
      expect(await sign(`{"path":${path},"reason":"r"}`))
        .withContext(path)
        .toEqual(invalid('body.path'));
    }
  });

  it('cannot overflow a number', async () => {
    for (const minutes of ['9007199254740993', '1e308', '4294967297', '2147483648', '-1', '0', '-0']) {
      const body = `{"path":"${PHOTO}","reason":"r","expiryMinutes":${minutes}}`;
      expect(await sign(body))
        .withContext(minutes)
        .toEqual(invalid('body.expiryMinutes'));
    }
    for (const limit of [
      '9007199254740993',
      '4294967297',
      '1e309',
      'NaN',
      'Infinity',
      '-1',
      '0',
      '1.5',
      '',
    ]) {
      expect(await get(`/api/resources?limit=${limit}`))
        .withContext(limit)
        .toEqual(invalid('query.limit'));
      expect(await get(`/api/audit/logs?limit=${limit}`))
        .withContext(limit)
        .toEqual(invalid('query.limit'));
    }
    for (const epoch of ['99999999999999999999', '9007199254740992', '1e309', '-1', '0', 'NaN']) {
      expect(await get(`/api/receipts/${epoch}`))
        .withContext(epoch)
        .toEqual(invalid('path.epoch'));
    }
    expect((await get('/api/receipts/9007199254740991')).code).toBe('not-found');
  });

  it('that says one thing twice in its query is refused', async () => {
    expect(await get('/api/resources?prefix=public/&prefix=users/')).toEqual(invalid('query.prefix'));
    expect(await get('/api/resources?limit=1&limit=200')).toEqual(invalid('query.limit'));
    expect(await get('/api/resources?prefix[]=public/')).toEqual(invalid('prefix[]'));
    expect(await get('/api/audit/logs?owner=ada&owner=grace')).toEqual(invalid('query.owner'));
  });

  it('gets no script in place of JSON', async () => {
    for (const name of ['callback', 'jsonp']) {
      expect(await get(`/api/resources?${name}=alert`)).toEqual(invalid(name));
    }
  });

  it('may be nested as deeply as a body can be', async () => {
    const lists = '['.repeat(400_000) + ']'.repeat(400_000);
    expect(await sign(lists)).toEqual(invalid('body'));
    expect(await sign(`{"path":${lists},"reason":"r"}`)).toEqual(invalid('body.path'));
    expect(await sign(`${'{"path":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toEqual(invalid('body.path'));
  });

  it('unpacks to no more than a body may have', async () => {
    const packed = gzipSync(Buffer.alloc(100_000_000, ' '));
    expect(packed.length).toBeLessThan(200_000);
    expect(await sign(packed, { 'content-encoding': 'gzip' })).toEqual(
      jasmine.objectContaining({ status: 413, code: 'too-large' }),
    );
  });

  it('is JSON in UTF-8, whatever encoding it names', async () => {
    const body = `{"path":"${PHOTO}","reason":"r"}`;
    const type = (charset: string): Record<string, string> => ({
      'content-type': `application/json; charset=${charset}`,
    });
    expect((await sign(body, type('utf-8'))).status).toBe(200);
    expect(await sign(body, type('iso-8859-1'))).toEqual(invalid('UTF-8'));
    for (const charset of ['utf-16', 'utf-16le', 'utf-32', 'utf-7']) {
      const bytes = charset.startsWith('utf-16')
        ? Buffer.from(`\ufeff${body}`, 'utf16le')
        : Buffer.from(body);
      expect(await sign(bytes, type(charset)))
        .withContext(charset)
        .toEqual(invalid('UTF-8'));
    }
  });

  it('uses a method that a path has, or is refused: GET changes nothing, and TRACE gives nothing back', async () => {
    const signed = new URL(await server.sign(PHOTO));
    const changing = ['/api/resources/sign/batch', '/api/owners/ada/revoke'];
    for (const method of ['TRACE', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY', 'POST', 'GET']) {
      for (const path of [...changing, '/api/owners', `${signed.pathname}${signed.search}`]) {
        if (changing.includes(path) ? method === 'POST' : method === 'GET') continue;
        const { status, body } = await new Promise<{ status: number | undefined; body: string }>(
          (resolve, reject) => {
            request(server.origin + path, { method, headers: { cookie: 'canary=1' } }, (response) => {
              text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
            })
              .on('error', reject)
              .end();
          },
        );
        expect(status)
          .withContext(`${method} ${path}`)
          .toBe(path.startsWith('/cdn') ? 405 : 404);
        expect(body).not.toContain('canary');
      }
    }
    expect(await rawRequest(server.origin, 'CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
  });

  it('is one request for everybody on its way, or is refused', async () => {
    const second = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const post = 'POST /api/resources/sign HTTP/1.1\r\nHost: a\r\n';
    const ambiguous = [
      `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${second}`,
      `${post}Content-Length: 4\r\nContent-Length: 0\r\n\r\n${second}`,
      `${post}Content-Length: 0,4\r\n\r\n${second}`,
      `${post}Content-Length: +0\r\n\r\n${second}`,
      `${post}Content-Length : 4\r\n\r\n${second}`,
      `${post}Transfer-Encoding: xchunked\r\n\r\n${second}`,
      `${post}Transfer-Encoding: chunked, identity\r\n\r\n${second}`,
      `${post}X: a\r\n Content-Length: 4\r\n\r\n${second}`,
      `${post}X: a\rContent-Length: 4\r\n\r\n${second}`,
      `POST /api/resources/sign HTTP/1.1\nHost: a\n\n${second}`,
    ];
    for (const bytes of ambiguous) {
      expect(statusesOf(await rawRequest(server.origin, bytes)))
        .withContext(bytes.slice(post.length, -second.length))
        .toEqual([400]);
    }
    expect(statusesOf(await rawRequest(server.origin, second))).toEqual([200]);
  });

  it('has a head that is small', async () => {
    const head = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n';
    const many = Array.from({ length: 2_500 }, (_, index) => `a${index}: 1\r\n`).join('');
    for (const headers of [`Cookie: ${'a'.repeat(20_000)}\r\n`, many]) {
      expect(statusesOf(await rawRequest(server.origin, `${head}${headers}\r\n`))).toEqual([431]);
    }
    const long = `GET /cdn/${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    expect(statusesOf(await rawRequest(server.origin, long))[0]).toBeGreaterThanOrEqual(400);
  });

  it('reaches the database as a value, never as a part of a statement', async () => {
    const statements = [
      `'; DROP TABLE resources; --`,
      `' OR '1'='1`,
      `\\'; SELECT pg_sleep(9); --`,
      '%',
      '_',
      '$1',
    ];
    for (const words of statements) {
      const value = encodeURIComponent(words);
      for (const path of [
        `/api/resources?prefix=${value}`,
        `/api/audit/logs?owner=${value}`,
        `/api/audit/logs?path=${value}`,
        `/api/audit/logs?signatureId=${value}`,
      ]) {
        const response = await server.call('GET', path, { as: admin });
        expect(response.status).withContext(path).toBe(200);
        expect(((await response.json()) as { items: unknown[] }).items)
          .withContext(path)
          .toEqual([]);
      }
      expect((await get(`/api/resources/${value}`)).code).toBe('not-found');
      expect((await sign(JSON.stringify({ path: `public/team/${words}`, reason: 'r' }))).code).toMatch(
        /^(not-allowed|invalid-path)$/,
      );
      const revoked = await server.call('POST', `/api/owners/${value}/revoke`, { as: admin });
      expect((await answerOf(revoked)).code).toBe('unknown-owner');
    }
  });
});
