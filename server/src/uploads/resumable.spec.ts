import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionProxy } from '../testing/partition-proxy.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

const LIMIT = 3_000_000;
const BYTES = 'application/offset+octet-stream';
const NOBODYS = 'AAAAAAAAAAAAAAAAAAAAAA';

interface Begun {
  id: string;
  uploadId: string;
  url: string;
}

describe('A resumable upload', () => {
  let server: TestServer;
  let database: PartitionProxy;

  beforeAll(async () => {
    server = await TestServer.start(
      { maxUploadBytes: LIMIT, corsOrigins: ['https://app.example'] },
      async (url) => (database = await PartitionProxy.start(url)).url,
    );
  });
  afterAll(async () => {
    await server.stop();
    await database.close();
  });

  const begun = async (bytes: Uint8Array, more: object = {}, as: TestPerson = ada): Promise<Begun> => {
    const file = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length };
    const body = { ...file, how: 'tus', ...more };
    return (await (await server.call('POST', '/api/resources/uploads', { as, body })).json()) as Begun;
  };
  const tus = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    { as = ada, body }: { as?: TestPerson | undefined; body?: Uint8Array } = {},
  ): Promise<Response> =>
    server.call(method, path, { as, body, headers: { 'tus-resumable': '1.0.0', ...headers } });
  const patch = (url: string, offset: number, body: Uint8Array, as?: TestPerson): Promise<Response> =>
    tus('PATCH', url, { 'upload-offset': String(offset), 'content-type': BYTES }, { as, body });
  const offsetOf = async (url: string): Promise<number> =>
    Number((await tus('HEAD', url)).headers.get('upload-offset') ?? -1);
  const outcome = async (asking: Promise<Response>): Promise<[number, string]> => {
    const response = await asking;
    const text = await response.text();
    return [response.status, text ? ((JSON.parse(text) as { code?: string }).code ?? '') : ''];
  };
  const get = async (id: string): Promise<Record<string, unknown>> =>
    (await (await server.call('GET', `/api/resources/${id}`, { as: ada })).json()) as Record<string, unknown>;
  const metadata = (about: Record<string, string>): string =>
    Object.entries(about)
      .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
      .join(',');
  const arrived = (uploadId: string): boolean =>
    existsSync(join(server.dataDir, 'files', 'incoming', uploadId));
  const expire = (uploadId: string): Promise<unknown> =>
    server.database.pool.query(`UPDATE uploads SET expires_at = now() - INTERVAL '1 day' WHERE id = $1`, [
      uploadId,
    ]);
  /** A request whose bytes the test sends one by one. */
  const slowPatch = (url: string, offset: number): ClientRequest =>
    httpRequest(new URL(url, server.origin), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${server.tokenOf(ada)}`,
        ...{ 'tus-resumable': '1.0.0', 'upload-offset': offset, 'content-type': BYTES },
      },
    }).on('error', () => undefined);
  const untilOffset = async (uploadId: string, size: number): Promise<void> => {
    const blobs = server.assembly.blobs.incoming;
    while (((await blobs.head(uploadId))?.size ?? 0) < size) await sleep(10);
  };

  it('that was begun as any other goes on where it ended, and is complete with its last byte', async () => {
    const bytes = pngOf(1_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { id, url } = await begun(bytes, { sha256, label: 'A label' });
    expect(await offsetOf(url)).toBe(0);
    expect((await get(id))['status']).toBe('awaiting');
    const first = await patch(url, 0, bytes.subarray(0, 400_000));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '400000']);
    expect(Date.parse(first.headers.get('upload-expires') ?? '')).toBeGreaterThan(
      Date.now() + 23 * 3_600_000,
    );
    expect((await get(id))['status']).toBe('uploading');
    const asked = await tus('HEAD', url);
    expect([asked.status, asked.headers.get('upload-length'), asked.headers.get('resource-id')]).toEqual([
      ...[200, '1000000', id],
    ]);
    expect(asked.headers.get('upload-metadata')).toBe(
      metadata({ filename: 'a.png', filetype: 'image/png', kind: 'avatar' }),
    );
    const complete = (): Promise<Response> =>
      server.call('POST', `/api/resources/${id}/complete`, { as: ada });
    expect(await outcome(complete())).toEqual([409, 'upload-incomplete']);
    const last = await patch(url, 400_000, bytes.subarray(400_000));
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '1000000']);
    const { status, path, label } = await get(id);
    expect([status, label]).toEqual(['completed', 'A label']);
    const delivered = await fetch(await server.sign(path as string));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    // Repeated, in every way.
    expect(await offsetOf(url)).toBe(1_000_000);
    expect(await outcome(patch(url, 1_000_000, Buffer.alloc(0)))).toEqual([409, 'upload-over']);
    expect(await outcome(patch(url, 0, bytes))).toEqual([409, 'upload-over']);
    expect(await outcome(tus('DELETE', url))).toEqual([404, 'not-found']);
    expect((await Promise.all([complete(), complete()])).map((one) => one.status)).toEqual([200, 200]);
    expect(
      (await server.auditRows('resource-created')).filter((row) => row['resource_id'] === id).length,
    ).toBe(1);
  });

  it('that a foreign client creates has the name it says, in any script, and takes its first bytes at once', async () => {
    const about = metadata({
      filename: '写真 от Zoë.png',
      filetype: 'image/png',
      kind: 'avatar',
      other: 'x',
    });
    const headers = { 'upload-length': String(onePixelPng.length), 'upload-metadata': about };
    const created = await tus(
      'POST',
      '/api/resources/tus',
      { ...headers, 'content-type': BYTES },
      { body: onePixelPng },
    );
    expect([created.status, created.headers.get('upload-offset')]).toEqual([201, '70']);
    expect(created.headers.get('location')).toMatch(/^\/api\/resources\/tus\/[\w-]{22}$/);
    const found = await get(created.headers.get('resource-id') ?? '');
    expect([found['status'], found['displayName'], found['kind']]).toEqual([
      'completed',
      '写真 от Zoë.png',
      'avatar',
    ]);
    const plain = await tus('POST', '/api/resources/tus', {
      'upload-length': '3',
      'upload-metadata': metadata({ filename: 'a.txt' }),
    });
    expect([plain.status, plain.headers.get('upload-offset')]).toEqual([201, null]);
    await patch(plain.headers.get('location') ?? '', 0, Buffer.from('abc'));
    const { kind, contentType } = await get(plain.headers.get('resource-id') ?? '');
    expect([kind, contentType]).toEqual(['document', 'text/plain']);
  });

  const length = { 'upload-length': '70' };
  const named = { ...length, 'upload-metadata': metadata({ filename: 'a.png' }) };
  const refusals: [string, Record<string, string>, number, string][] = [
    ['another version', { ...named, 'tus-resumable': '0.2.2' }, 412, 'tus-version'],
    ['no length', { 'upload-metadata': named['upload-metadata'] }, 400, 'invalid-request'],
    ['an unknown length', { ...named, 'upload-defer-length': '1' }, 501, 'tus-unsupported'],
    ['parts', { ...named, 'upload-concat': 'partial' }, 501, 'tus-unsupported'],
    ['no bytes', { ...named, 'upload-length': '0' }, 400, 'invalid-request'],
    ['a length below zero', { ...named, 'upload-length': '-1' }, 400, 'invalid-request'],
    ['a length that is none', { ...named, 'upload-length': '7e1' }, 400, 'invalid-request'],
    ['too many bytes', { ...named, 'upload-length': String(LIMIT + 1) }, 413, 'too-large'],
    ['no name', length, 400, 'invalid-request'],
    ['metadata that is none', { ...length, 'upload-metadata': 'filename a b' }, 400, 'invalid-request'],
    ['a name that is no UTF-8', { ...length, 'upload-metadata': 'filename /w==' }, 400, 'invalid-request'],
    ['a path', { ...length, 'upload-metadata': metadata({ filename: '../a.png' }) }, 400, 'invalid-name'],
    [
      'a name that runs',
      { ...length, 'upload-metadata': metadata({ filename: 'a.png.exe', filetype: 'image/png' }) },
      415,
      'unsupported-type',
    ],
    [
      'a kind that does not exist',
      { ...length, 'upload-metadata': metadata({ filename: 'a.png', kind: 'selfie' }) },
      ...([400, 'invalid-request'] as const),
    ],
    [
      'a type the kind does not take',
      { ...length, 'upload-metadata': metadata({ filename: 'a.pdf', kind: 'avatar' }) },
      ...([415, 'unsupported-type'] as const),
    ],
  ];
  for (const [what, headers, status, code] of refusals) {
    it(`refuses to begin with ${what}`, async () => {
      const answer = await tus('POST', '/api/resources/tus', headers);
      expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
      expect(await outcome(Promise.resolve(answer))).toEqual([status, code]);
    });
  }

  it('takes nothing at a wrong offset, of a wrong type, or more than it said', async () => {
    const { url, uploadId } = await begun(onePixelPng);
    await patch(url, 0, onePixelPng.subarray(0, 40));
    const rest = onePixelPng.subarray(40);
    const send = (headers: Record<string, string>, body: Uint8Array = rest): Promise<[number, string]> =>
      outcome(tus('PATCH', url, headers, { body }));
    const right = { 'upload-offset': '40', 'content-type': BYTES };
    expect(await send({ ...right, 'upload-offset': '0' })).toEqual([409, 'upload-offset']);
    expect(await send({ ...right, 'upload-offset': '41' })).toEqual([409, 'upload-offset']);
    const { rows } = await server.database.pool.query<{ received: number }>(
      'SELECT received FROM uploads WHERE id = $1 AND received IS NOT NULL',
      [uploadId],
    );
    expect(rows).toEqual([{ received: 40 }]);
    for (const wrong of ['-1', '4e1', '', 'x', '40, 40']) {
      expect(await send({ ...right, 'upload-offset': wrong }))
        .withContext(wrong)
        .toEqual([400, 'invalid-request']);
    }
    expect(await send({ 'content-type': BYTES })).toEqual([400, 'invalid-request']);
    expect(await send({ ...right, 'content-type': 'image/png' })).toEqual([400, 'invalid-request']);
    expect(await send({ ...right, 'tus-resumable': '2.0.0' })).toEqual([412, 'tus-version']);
    expect(await send(right, pngOf(200))).toEqual([413, 'too-large']);
    expect(await offsetOf(url)).toBe(40);
    const chunked = slowPatch(url, 40);
    chunked.end(pngOf(200));
    const [answer] = (await once(chunked, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    expect(await offsetOf(url)).toBe(40);
    expect((await patch(url, 40, rest)).status).toBe(204);
  });

  it('is nobody else’s: for another person or tenant it is as if there was none', async () => {
    const { url, uploadId } = await begun(onePixelPng);
    const nobodys = url.replace(uploadId, NOBODYS);
    for (const other of [grace, { ...ada, tenantId: 'elsewhere' }, { id: 'admin', roles: ['tenantAdmin'] }]) {
      for (const method of ['HEAD', 'PATCH', 'DELETE']) {
        const ask = async (address: string): Promise<[number, string]> => {
          const headers = { 'upload-offset': '0', 'content-type': BYTES };
          const body = method === 'PATCH' ? { body: onePixelPng } : {};
          const answer = await tus(method, address, headers, { as: other, ...body });
          return [answer.status, await answer.text()];
        };
        const theirs = await ask(url);
        expect(theirs[0]).toBe(404);
        expect(theirs).toEqual(await ask(nobodys));
      }
    }
    expect(await outcome(tus('PATCH', url, {}, { as: { id: 'ada', roles: ['DOC_VIEW'] } }))).toEqual([
      403,
      'forbidden',
    ]);
    const form = await server.call('POST', '/api/resources/uploads', {
      as: ada,
      body: { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: 70 },
    });
    const { uploadId: post } = (await form.json()) as Begun;
    expect((await tus('HEAD', url.replace(uploadId, post))).status).toBe(404);
    expect(await offsetOf(url)).toBe(0);
  });

  it('is refused for good when it is not what was announced', async () => {
    const text = Buffer.from('<html><script>1</script>');
    const wrong = await begun(text);
    expect(await outcome(patch(wrong.url, 0, text))).toEqual([415, 'content-mismatch']);
    expect((await tus('HEAD', wrong.url)).status).toBe(409);
    expect(await outcome(patch(wrong.url, 0, text))).toEqual([409, 'upload-over']);
    expect((await get(wrong.id))['status']).toBe('failed');
    const other = await begun(onePixelPng, { sha256: 'a'.repeat(64) });
    expect(await outcome(patch(other.url, 0, onePixelPng))).toEqual([400, 'checksum-mismatch']);
    expect(arrived(wrong.uploadId)).toBeFalse();
  });

  it('leaves nothing when it is cancelled, also while it is being sent', async () => {
    const { id, uploadId, url } = await begun(pngOf(200_000));
    const sending = slowPatch(url, 0);
    sending.write(pngOf(100_000));
    const answered = once(sending, 'response');
    await untilOffset(uploadId, 60_000);
    expect((await tus('DELETE', url)).status).toBe(204);
    const [answer] = (await answered) as [IncomingMessage];
    expect(answer.statusCode).toBeLessThan(500);
    sending.destroy();
    expect(await outcome(tus('DELETE', url))).toEqual([404, 'not-found']);
    expect((await tus('HEAD', url)).status).toBe(404);
    expect((await get(id))['code']).toBe('not-found');
    expect(arrived(uploadId)).toBeFalse();
  });

  it('lives on with every byte, expires, and is swept with what arrived', async () => {
    const { uploadId, url } = await begun(onePixelPng);
    await server.database.pool.query(
      `UPDATE uploads SET expires_at = now() + INTERVAL '1 hour' WHERE id = $1`,
      [uploadId],
    );
    const { headers } = await patch(url, 0, onePixelPng.subarray(0, 20));
    expect(Date.parse(headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    await expire(uploadId);
    expect((await tus('HEAD', url)).status).toBe(410);
    expect(await outcome(patch(url, 20, onePixelPng.subarray(20)))).toEqual([410, 'upload-expired']);
    expect(arrived(uploadId)).toBeTrue();
    await server.assembly.uploads.ends.sweep();
    expect(arrived(uploadId)).toBeFalse();
    expect((await tus('HEAD', url)).status).toBe(404);
  });

  it('is written to by one at a time; a line from which nothing comes gives way', async () => {
    const bytes = pngOf(300_000);
    const { uploadId, url } = await begun(bytes);
    const first = slowPatch(url, 0);
    let sent = 0;
    const drip = setInterval(() => {
      first.write(bytes.subarray(sent, sent + 1000));
      sent += 1000;
    }, 50);
    await untilOffset(uploadId, 1000);
    const second = await patch(url, 0, bytes);
    expect([second.status, second.headers.get('retry-after')]).toEqual([423, '1']);
    expect(((await second.json()) as { code: string }).code).toBe('upload-locked');
    clearInterval(drip);
    // Silent now, and yet connected.
    const offset = await offsetOf(url);
    expect(offset).toBe(sent);
    expect((await patch(url, offset, bytes.subarray(offset))).status).toBe(204);
    first.destroy();
  });

  it('goes on when the database was gone for a while', async () => {
    const bytes = pngOf(200_000);
    const { uploadId, url, id } = await begun(bytes);
    const sending = slowPatch(url, 0);
    sending.write(bytes.subarray(0, 100_000));
    await untilOffset(uploadId, 60_000);
    database.cut();
    expect(await outcome(patch(url, 0, bytes))).toEqual([503, 'database-unavailable']);
    database.heal();
    sending.destroy();
    let offset = -1;
    while (offset < 0) {
      await sleep(50);
      offset = await offsetOf(url);
    }
    expect(offset).toBeGreaterThan(0);
    expect((await patch(url, offset, bytes.subarray(offset))).status).toBe(204);
    expect((await get(id))['status']).toBe('completed');
  });

  it('keeps what has arrived when the disk is full', async () => {
    const folder = join(server.dataDir, 'files', 'incoming');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      pending('needs to mount a small disk');
    }
    try {
      const { url } = await begun(pngOf(1_000_000));
      expect((await patch(url, 0, pngOf(100_000))).status).toBe(204);
      expect(await outcome(patch(url, 100_000, pngOf(500_000)))).toEqual([507, 'storage-full']);
      const offset = await offsetOf(url);
      expect(offset).toBeGreaterThanOrEqual(100_000);
      expect(offset).toBeLessThan(600_000);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });

  it('is open to pages of configured origins, which see its headers', async () => {
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'tus-resumable,upload-offset,content-type,authorization',
    };
    const preflight = await server.call('OPTIONS', '/api/resources/tus', { headers });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      headers['access-control-request-headers'],
    );
    expect(preflight.headers.get('tus-extension')).toBe(
      'creation,creation-with-upload,expiration,termination',
    );
    expect(preflight.headers.get('tus-max-size')).toBe(String(LIMIT));
    const { url } = await begun(onePixelPng);
    const asked = await tus('HEAD', url, { origin: 'https://app.example' });
    const exposed = asked.headers.get('access-control-expose-headers') ?? '';
    for (const name of [
      'Upload-Offset',
      'Upload-Length',
      'Upload-Expires',
      'Location',
      'Resource-Id',
      'Tus-Resumable',
    ]) {
      expect(exposed.split(',')).toContain(name);
    }
  });

  it('writes neither its name nor a token into the log', () => {
    const log = server.logged.join('');
    for (const secret of ['写真', server.tokenOf(ada).split('.')[2]!]) expect(log).not.toContain(secret);
  });
});
