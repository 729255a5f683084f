import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';

/** More than sockets and streams on the way hold by themselves. */
const LARGE = 12 * 1024 * 1024;

const edsger: TestPerson = { id: 'edsger', roles: ['tenantMember'] };

describe('Delivery from a bucket', () => {
  let server: TestServer | undefined;
  let between: Server | undefined;
  let isUp = true;
  let hangs = false;
  const sockets = new Set<Socket>();
  let bucket: S3BlobStore;
  const bytes = Buffer.concat([Buffer.from('text\n'), Buffer.from(randomBytes(LARGE).toString('hex'))]);
  let url: string;

  const add = async (as: TestPerson): Promise<{ id: string; url: string }> => {
    const headers = { 'content-type': 'text/plain' };
    const place = '/api/resources?kind=document&name=large.txt';
    const sent = await server?.call('POST', place, { as, body: bytes, headers });
    const { id, path } = (await sent?.json()) as { id: string; path: string };
    const signed = await server?.call('POST', '/api/resources/sign', { as, body: { path, reason: 'spec' } });
    return { id, url: ((await signed?.json()) as { url: string }).url };
  };
  const sizes = async () => {
    const found = [];
    for await (const { size } of bucket.list()) found.push(size);
    return found;
  };

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const gateway = await sharedRadosgw();
    const settings = gateway.settings('delivery');
    bucket = await s3BlobStore(settings);
    const { CreateBucketCommand } = bucket.bucket.packages.client;
    await bucket.bucket.client.send(new CreateBucketCommand({ Bucket: 'delivery' }));
    // What the server speaks through, so that its store can be away and come back.
    const target = Number(new URL(gateway.endpoint).port);
    between = createServer((socket) => {
      if (!isUp) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      if (hangs) return;
      const up = connect(target, '127.0.0.1');
      socket.on('error', () => up.destroy()).on('close', () => up.destroy());
      up.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(up).pipe(socket);
    });
    await new Promise<void>((resolve) => between?.listen(0, '127.0.0.1', resolve));
    const { port } = between.address() as AddressInfo;
    server = await TestServer.start({
      s3: { ...settings, endpoint: `http://127.0.0.1:${port}`, verifyOnStart: true, timeoutMs: 1500 },
    });
    ({ url } = await add(ada));
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    bucket?.close();
    between?.close();
  });
  beforeEach(() => {
    [isUp, hangs] = [true, false];
    if (!hasRadosgw) pending('needs radosgw');
  });

  it('sends all of it, a part, only the headers, or nothing when nothing changed', async () => {
    const whole = await fetch(url);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBeTrue();
    const part = await fetch(url, { headers: { range: 'bytes=500000-500009' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 500000-500009/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(500_000, 500_010))).toBeTrue();
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    const tag = whole.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await fetch(url, { headers: { range: 'bytes=99999999-' } })).status).toBe(416);
  });

  it('keeps the bytes in the bucket and nothing in the folder', async () => {
    expect(await sizes()).toContain(bytes.length);
    expect(existsSync(join(server?.dataDir ?? '', 'files'))).toBeFalse();
  });

  it('answers 503 with a code and when to come back while the store is away, and goes on after', async () => {
    isUp = false;
    for (const socket of sockets) socket.destroy();
    const away = await fetch(url);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
    expect(((await away.json()) as { code: string }).code).toBe('storage-unavailable');
    expect(server?.logged.join('')).toContain('the store failed: GetObject: ');
    isUp = true;
    expect((await fetch(url)).status).toBe(200);
  });

  it('answers 503 when the store takes the question and says nothing', async () => {
    hangs = true;
    for (const socket of sockets) socket.destroy();
    const slow = await fetch(url);
    expect([slow.status, ((await slow.json()) as { code: string }).code]).toEqual([
      503,
      'storage-unavailable',
    ]);
  });

  it('cuts what is being sent when its owner is revoked, and what is being read from the store', async () => {
    const { url: hers } = await add(grace);
    const response = await fetch(hers);
    const reading = [...sockets].filter(({ destroyed }) => !destroyed);
    const reader = response.body?.getReader();
    await reader?.read();
    const closed = Promise.race(
      reading.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))),
    );
    const revoked = await server?.call('POST', '/api/owners/grace/revoke', {
      as: admin,
      body: { reason: 'spec' },
    });
    expect(revoked?.status).toBe(200);
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expectAsync(rest()).toBeRejected();
    await closed;
    expect((await fetch(hers)).status).toBe(403);
  });

  it('removes from the bucket what was deleted', async () => {
    const before = (await sizes()).length;
    const { id } = await add(edsger);
    expect((await sizes()).length).toBe(before + 1);
    expect((await server?.call('DELETE', `/api/resources/${id}`, { as: edsger }))?.status).toBe(200);
    await server?.assembly.leftovers.clear();
    expect((await sizes()).length).toBe(before);
  });
});
