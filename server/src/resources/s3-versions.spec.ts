import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, TestServer } from '../testing/test-server.ts';

const BUCKET = 'versions';

describe('versions in a bucket', () => {
  let server: TestServer | undefined;
  let store: S3BlobStore;

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const radosgw = await sharedRadosgw();
    const settings = radosgw.settings(BUCKET);
    store = await s3BlobStore(settings);
    const { CreateBucketCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    server = await TestServer.start({ s3: settings, versionsKept: 2 });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    if (hasRadosgw) store.close();
  });

  const call = (method: string, path: string, body?: string): Promise<Response> =>
    server!.call(method, `/api/resources${path}`, {
      as: ada,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'text/plain' } }),
    });
  const read = async (path: string): Promise<string> => (await fetch(await server!.sign(path, ada))).text();
  const objects = async (): Promise<number> => {
    await server!.assembly.leftovers.clear();
    let count = 0;
    for await (const { key } of store.list()) count += key ? 1 : 0;
    return count;
  };

  it('keep their objects until nobody has them, and come back without a byte being copied', async () => {
    if (!hasRadosgw) pending('needs radosgw');
    const made = await call('POST', '?kind=document&name=a.txt', 'first');
    const { id, path } = (await made.json()) as { id: string; path: string };
    for (const body of ['second', 'third']) {
      expect((await call('PUT', `/${id}/content`, body)).status).toBe(200);
    }
    const list = await call('GET', `/${id}/versions`);
    const { items } = (await list.json()) as { items: { path: string }[] };
    expect(await Promise.all(items.map((version) => read(version.path)))).toEqual(['second', 'first']);
    const copy = spyOn(server!.assembly.blobs, 'copy').and.callThrough();
    expect((await call('POST', `/${id}/versions/1/restore`)).status).toBe(200);
    expect(copy).not.toHaveBeenCalled();
    expect(await read(path)).toBe('first');
    expect(await objects()).toBe(3);
    expect((await call('PUT', `/${id}/content`, 'fifth')).status).toBe(200);
    expect(await objects()).toBe(3);
    expect((await call('DELETE', `/${id}/versions/4`)).status).toBe(200);
    expect(await objects()).toBe(2);
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
    expect(await objects()).toBe(0);
  });
});
