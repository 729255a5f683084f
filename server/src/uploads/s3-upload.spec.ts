import { createHash } from 'node:crypto';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import { pngOf } from '../testing/pictures.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, TestServer } from '../testing/test-server.ts';

const BUCKET = 'uploads';

interface Begun {
  id: string;
  uploadId: string;
  url: string;
  fields: Record<string, string>;
}

describe('An upload straight to a bucket', () => {
  let server: TestServer | undefined;
  let endpoint = '';

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const radosgw = await sharedRadosgw();
    endpoint = radosgw.endpoint;
    const settings = radosgw.settings(BUCKET);
    const store = await s3BlobStore(settings);
    const { CreateBucketCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    store.close();
    server = await TestServer.start({ s3: settings });
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
  });
  afterAll(() => server?.stop());

  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    server!.call(method, `/api${path}`, { as: ada, ...(body === undefined ? {} : { body }) });
  const send = ({ url, fields }: Begun, bytes: Uint8Array, changed = {}): Promise<Response> => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...changed })) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
    return fetch(new URL(url, server!.origin), { method: 'POST', body: form });
  };

  it('arrives byte for byte, and a form sent again changes nothing', async () => {
    const bytes = pngOf(1_000_000);
    const begun = (await (
      await call('POST', '/resources/uploads', {
        ...{ name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length },
        sha256: createHash('sha256').update(bytes).digest('hex'),
      })
    ).json()) as Begun;
    expect(begun.url.startsWith(endpoint)).toBeTrue();
    expect((await call('POST', `/resources/${begun.id}/complete`)).status).toBe(409);
    expect((await send(begun, bytes, { 'Content-Type': 'text/html' })).status).toBe(403);
    expect((await send(begun, pngOf(1_000_001))).ok).toBeFalse();
    expect((await send(begun, bytes)).ok).toBeTrue();
    const completed = await Promise.all([1, 2].map(() => call('POST', `/resources/${begun.id}/complete`)));
    expect(completed.map(({ status }) => status)).toEqual([200, 200]);
    const { path } = (await completed[0]!.json()) as { path: string };
    expect((await send(begun, Buffer.alloc(bytes.length, 1))).ok).toBeTrue();
    expect((await call('POST', `/resources/${begun.id}/complete`)).status).toBe(200);
    const delivered = await fetch(await server!.sign(path));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
  });
});
