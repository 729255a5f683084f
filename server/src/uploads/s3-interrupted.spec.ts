import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../platform/clock.ts';
import { freePort } from '../platform/free-port.ts';
import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { FailingLine } from '../testing/failing-line.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { UploadEnds } from './end-uploads.ts';
import { deliveredHash, largeFile, uploadInterrupted } from './testing/interrupted-upload.ts';
import { ServerProcess } from './testing/server-process.ts';

const MEMORY = 250e6;
const BUCKET = 'resumable';
const isLong = Number(process.env['SCALE'] ?? 1) > 1;
/** Of these, parts of 8 MiB are made, and there is a rest after each interruption. */
const MEBIBYTES = isLong ? 512 : 40;
const INTERRUPTIONS = isLong ? { clients: 8, lines: 8, servers: 4 } : { clients: 3, lines: 2, servers: 1 };

describe('A resumable upload to a bucket', () => {
  let database: TestDatabase;
  let dataDir: string;
  let server: ServerProcess;
  let line: FailingLine;
  let store: S3BlobStore;

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const settings = (await sharedRadosgw()).settings(BUCKET);
    store = await s3BlobStore(settings);
    const { CreateBucketCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    database = await freshDatabase();
    dataDir = await mkdtemp(join(scratchFolder(), 'countersign-data-'));
    const port = await freePort();
    line = await FailingLine.to(port);
    server = new ServerProcess(port, {
      ...{ DATABASE_URL: database.url, DATA_DIR: dataDir, MAX_UPLOAD_BYTES: String(2 ** 31) },
      ...{ S3_BUCKET: BUCKET, S3_ENDPOINT: settings.endpoint ?? '', S3_VERIFY_ON_START: 'false' },
      S3_ACCESS_KEY_ID: settings.accessKeyId ?? '',
      S3_SECRET_ACCESS_KEY: settings.secretAccessKey ?? '',
    });
    await server.start();
  }, 120_000);

  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
  });

  afterAll(async () => {
    if (!hasRadosgw) return;
    await line.close();
    await server.stop();
    await database.drop();
    store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const kept = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { name } of store.bucket.list('incoming/')) names.push(name);
    for await (const { name } of store.bucket.listParts('')) names.push(`parts of ${name}`);
    return names;
  };

  it('arrives byte for byte over a line that breaks and servers that are killed, and leaves nothing beside it', async () => {
    if (!existsSync('/usr/bin/curl')) pending('needs curl');
    const file = await largeFile(MEBIBYTES);
    try {
      const { id, interruptions } = await uploadInterrupted(file, { server, line }, INTERRUPTIONS);
      // Until the upload is complete: what is delivered afterwards is another matter.
      const peak = server.peak();
      expect(interruptions).toBe(isLong ? 20 : 6);
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(MEMORY);
      expect(await deliveredHash(server, id)).toBe(file.sha256);
      expect(await kept()).toEqual([]);
    } finally {
      await file.remove();
    }
  });

  it('is swept with its parts and what is beside them when no row knows it any more', async () => {
    const headers = { authorization: `Bearer ${server.token('ada')}`, 'tus-resumable': '1.0.0' };
    const begin = (): Promise<Response> =>
      fetch(`${server.origin}/api/resources/tus`, {
        method: 'POST',
        headers: {
          ...{ ...headers, 'upload-length': '9000000', 'upload-metadata': 'filename YS50eHQ=' },
          'content-type': 'application/offset+octet-stream',
        },
        body: new Uint8Array(8_500_000),
      });
    const [lost, known] = [await begin(), await begin()].map((one) => one.headers.get('location') ?? '');
    const idOf = (location = ''): string => location.split('/').at(-1) ?? '';
    expect((await kept()).length).toBe(6);
    await database.pool.query('DELETE FROM uploads WHERE id = $1', [idOf(lost)]);
    const ends = new UploadEnds({
      ...{ holder: database.pool, db: database.tenants, blobs: store, log: pino({ level: 'silent' }) },
      // What it finds is a day old then.
      clock: { ...systemClock, now: () => Date.now() + 26 * 3_600_000 },
      afterTheEnd: (_id, work) => work(),
      clearDiscarded: () => undefined,
    });
    await ends.sweep();
    const names = await kept();
    expect(names.length).toBe(3);
    for (const name of names) expect(name).toContain(idOf(known));
    await fetch(new URL(known ?? '', server.origin), { method: 'DELETE', headers });
    expect(await kept()).toEqual([]);
  });

  it('leaves neither parts nor what is beside them when it is cancelled', async () => {
    const headers = { authorization: `Bearer ${server.token('ada')}`, 'tus-resumable': '1.0.0' };
    const about = { 'upload-length': String(12 * 1024 * 1024), 'upload-metadata': 'filename YS50eHQ=' };
    const created = await fetch(`${server.origin}/api/resources/tus`, {
      method: 'POST',
      headers: { ...headers, ...about, 'content-type': 'application/offset+octet-stream' },
      body: new Uint8Array(9 * 1024 * 1024),
    });
    const address = new URL(created.headers.get('location') ?? '', server.origin);
    expect(created.headers.get('upload-offset')).toBe(String(9 * 1024 * 1024));
    expect((await kept()).length).toBe(3);
    const asked = await fetch(address, { method: 'HEAD', headers });
    expect(asked.headers.get('upload-offset')).toBe(String(9 * 1024 * 1024));
    expect((await fetch(address, { method: 'DELETE', headers })).status).toBe(204);
    expect(await kept()).toEqual([]);
  });
});
