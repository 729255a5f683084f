import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, TestServer } from '../testing/test-server.ts';
import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';

const LARGE = 600 * 1024;

describe('Delivery from a bucket', () => {
  let server: TestServer | undefined;
  let between: Server | undefined;
  let isUp = true;
  const sockets = new Set<Socket>();
  let bucket: S3BlobStore;
  const bytes = Buffer.concat([Buffer.from('text\n'), Buffer.from(randomBytes(LARGE).toString('hex'))]);
  let url: string;

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
      const up = connect(target, '127.0.0.1');
      socket.on('error', () => up.destroy()).on('close', () => up.destroy());
      up.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(up).pipe(socket);
    });
    await new Promise<void>((resolve) => between?.listen(0, '127.0.0.1', resolve));
    const { port } = between.address() as AddressInfo;
    server = await TestServer.start({
      s3: { ...settings, endpoint: `http://127.0.0.1:${port}`, verifyOnStart: true, timeoutMs: 2000 },
    });
    const sent = await server.call('POST', '/api/resources?kind=document&name=large.txt', {
      as: ada,
      body: bytes,
      headers: { 'content-type': 'text/plain' },
    });
    expect(sent.status)
      .withContext(await sent.clone().text())
      .toBe(201);
    const { path } = (await sent.json()) as { path: string };
    const signed = await server.call('POST', '/api/resources/sign', {
      as: ada,
      body: { path, reason: 'spec' },
    });
    ({ url } = (await signed.json()) as { url: string });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    bucket?.close();
    between?.close();
  });
  beforeEach(() => {
    isUp = true;
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
    expect((await fetch(url, { headers: { range: 'bytes=9999999-' } })).status).toBe(416);
  });

  it('keeps the bytes in the bucket and nothing in the folder', async () => {
    const sizes = [];
    for await (const { size } of bucket.list()) sizes.push(size);
    expect(sizes).toEqual([bytes.length]);
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
});
