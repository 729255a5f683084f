import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { describeBlobStore } from './blob-store.contract.ts';
import { randomId } from './ids.ts';
import { describeIncomingBlobs } from './incoming-blobs.contract.ts';
import { s3BlobStore, type S3BlobStore } from './s3-blob-store.ts';
import type { S3Settings } from './s3-settings.ts';

const BUCKET = 'contract';

describe('The S3 store', () => {
  let settings: S3Settings;
  let open: S3BlobStore | undefined;

  const make = async (more: Partial<S3Settings> = {}, limits = {}) => {
    open = await s3BlobStore({ ...settings, prefix: `${randomId()}/`, ...more }, limits);
    return { store: open, dispose: async () => open?.close() };
  };

  beforeAll(async () => {
    if (!hasRadosgw) return;
    settings = (await sharedRadosgw()).settings(BUCKET);
    const store = await s3BlobStore(settings);
    const { CreateBucketCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    store.close();
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
  });
  afterEach(() => open?.close());

  describeBlobStore('In a bucket', make);
  describeIncomingBlobs('In a bucket', make);

  it('copies in parts what is too large for one call', async () => {
    const MIB = 1024 * 1024;
    const { store } = await make({}, { copyInPartsFrom: 5 * MIB });
    const bytes = randomBytes(12 * MIB);
    const [from, to] = [randomId(), randomId()];
    await store.put(from, Readable.from([bytes]));
    await store.copy(from, to);
    expect((await buffer(await store.get(to))).equals(bytes)).toBeTrue();
  });

  it('leaves no parts of an upload whose source fails after several', async () => {
    const { store } = await make();
    const broken = Readable.from(
      (async function* () {
        for (let n = 0; n < 20; n++) yield randomBytes(1024 * 1024);
        throw new Error('the client went away');
      })(),
    );
    await expectAsync(store.put(randomId(), broken)).toBeRejectedWithError(/went away/);
    const left = [];
    for await (const part of store.bucket.listParts(store.bucket.settings.prefix ?? '')) left.push(part);
    for await (const object of store.list()) left.push(object);
    expect(left).toEqual([]);
  });

  it('ends after a day what a killed process had begun to send in parts, and nothing of an upload', async () => {
    const { store } = await make();
    const { CreateMultipartUploadCommand } = store.bucket.packages.client;
    const prefix = store.bucket.settings.prefix ?? '';
    for (const folder of ['objects/', 'incoming/']) {
      const Key = `${prefix}${folder}${randomId()}`;
      await store.bucket.client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }));
    }
    const left = async () => {
      const names = [];
      for await (const { name } of store.bucket.listParts(prefix)) names.push(name.split('/')[0]);
      return names.sort();
    };
    await store.clearUnfinished(Date.now() + 23 * 3_600_000);
    expect(await left()).toEqual(['incoming', 'objects']);
    await store.clearUnfinished(Date.now() + 25 * 3_600_000);
    expect(await left()).toEqual(['incoming']);
  });

  it('signs a form that writes these bytes to this upload, and nothing else', async () => {
    const { store } = await make();
    const id = randomId();
    const policy = {
      contentType: 'text/plain',
      minSize: 2,
      maxSize: 5,
      expiresAt: new Date(Date.now() + 600_000),
    };
    const { url, fields } = await store.incoming.presignPost!({ id, ...policy });
    const post = async (changes: Record<string, string>, bytes: string) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
      form.append('file', new Blob([bytes]));
      return (await fetch(url, { method: 'POST', body: form })).status;
    };
    expect(await post({ key: `${store.bucket.settings.prefix}objects/${randomId()}` }, 'good')).toBe(403);
    expect(await post({ 'Content-Type': 'text/html' }, 'good')).toBe(403);
    expect(await post({}, 'x')).toBeGreaterThanOrEqual(400);
    expect(await post({}, 'too long')).toBeGreaterThanOrEqual(400);
    expect(await store.incoming.head(id)).toBeUndefined();
    expect(await post({}, 'good')).toBe(204);
    const found = await store.incoming.head(id);
    const key = randomId();
    await store.incoming.take(id, key, { tag: found!.tag });
    expect(await post({}, 'evil')).toBe(204);
    expect((await buffer(await store.get(key))).toString()).toBe('good');
  });

  it('gives up an STS that takes the question and says nothing', async () => {
    const { roleArn } = await sharedRadosgw();
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const stsEndpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { store } = await make({ roleArn, stsEndpoint, timeoutMs: 100 });
    const failure = { message: jasmine.stringMatching(/^the store failed: AssumeRole: /) };
    await expectAsync(store.head(randomId())).toBeRejectedWith(jasmine.objectContaining(failure));
    const policy = { contentType: 'text/plain', minSize: 1, maxSize: 2, expiresAt: new Date() };
    await expectAsync(store.incoming.presignPost!({ id: randomId(), ...policy })).toBeRejectedWith(
      jasmine.objectContaining(failure),
    );
    silent.close();
  });

  it('signs no form that would outlive the session of its role, and says so', async () => {
    const { roleArn } = await sharedRadosgw();
    const { store } = await make({ roleArn, roleSessionSeconds: 900 });
    const begun = Date.now();
    const form = await store.incoming.presignPost!({
      ...{ id: randomId(), contentType: 'text/plain', minSize: 1, maxSize: 2 },
      expiresAt: new Date(begun + 3_600_000),
    });
    const policy = JSON.parse(Buffer.from(form.fields['Policy']!, 'base64').toString()) as {
      expiration: string;
    };
    const end = await store.bucket.session!.goodUntil();
    expect(end).toBeLessThan(Date.now() + 901_000);
    for (const told of [form.expiresAt.getTime(), Date.parse(policy.expiration)]) {
      expect(told).toBeLessThanOrEqual(end);
      expect(told).toBeGreaterThan(begun + 600_000);
    }
  });

  it('says what failed without an address, a name or a secret', async () => {
    const { store } = await make({ secretAccessKey: 'wrong-secret' });
    const key = randomId();
    const failure = await store.get(key).catch((error: unknown) => error as Error);
    expect(failure).toEqual(jasmine.objectContaining({ name: 'StorageUnavailable' }));
    expect((failure as Error).message).toMatch(/^the store failed: GetObject: \w+ 403$/);
  });
});
