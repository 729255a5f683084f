import { randomBytes } from 'node:crypto';
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
});
