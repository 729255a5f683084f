import { randomId } from '../platform/ids.ts';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { StartError } from '../platform/start-error.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { bucketSink } from './bucket-sink.ts';

const BUCKET = 'checkpoints';

describe('Checkpoints in a bucket', () => {
  let settings: S3Settings;
  let place: string;
  const at = new Date();

  const allOf = async (lines: AsyncIterable<string> | undefined) => {
    const all = [];
    for await (const line of lines ?? []) all.push(line);
    return all;
  };

  beforeAll(async () => {
    if (!hasRadosgw) return;
    settings = (await sharedRadosgw()).settings('others');
    const { bucket } = await s3BlobStore(settings);
    await bucket.client.send(new bucket.packages.client.CreateBucketCommand({ Bucket: BUCKET }));
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
    place = `s3://${BUCKET}/${randomId()}/`;
  });

  it('are read back in the order in which they were written, also by a server that starts again', async () => {
    const sink = await bucketSink(place, settings);
    expect(await sink.last()).toBeUndefined();
    expect(await sink.tail('x')).toEqual([]);
    for (const line of ['{"n":1,"changes":1}', '{"n":2}']) await sink.append(line, at);
    const again = await bucketSink(place, settings);
    expect(await again.last()).toBe('{"n":2}');
    await again.append('{"n":3}', at);
    expect(await allOf(again.lines())).toEqual(['{"n":1,"changes":1}', '{"n":2}', '{"n":3}']);
    expect(await again.tail('"changes"')).toEqual(['{"n":1,"changes":1}', '{"n":2}', '{"n":3}']);
    expect(await again.tail('nothing has this')).toEqual([]);
  });

  it('are never overwritten: two servers with one prefix are told so', async () => {
    const [one, other] = [await bucketSink(place, settings), await bucketSink(place, settings)];
    await one.append('first', at);
    await other.append('second', at);
    await expectAsync(one.append('third', at)).toBeRejectedWithError(/prefix of its own/);
    expect(await allOf(one.lines())).toEqual(['first', 'second']);
  });

  it('need a place with its last slash, and a store', async () => {
    for (const wrong of ['s3://bucket', 's3://bucket/prefix', 's3://bucket/../', 's3:///x/']) {
      await expectAsync(bucketSink(wrong, settings)).toBeRejectedWithError(StartError, /AUDIT_CHECKPOINTS/);
    }
    await expectAsync(bucketSink(place, undefined)).toBeRejectedWithError(StartError, /S3_BUCKET/);
  });
});
