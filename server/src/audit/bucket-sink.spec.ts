import { randomId } from '../platform/ids.ts';
import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { StartError } from '../platform/start-error.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { admin, TestServer } from '../testing/test-server.ts';
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
    const numbered = (text: string) => (number?: number) => `${text} ${number}`;
    for (const line of ['a changes', 'b']) await sink.append(numbered(line), at);
    const again = await bucketSink(place, settings);
    expect(await again.last()).toBe('b 1');
    expect(await again.last('b')).toBe('a changes 0');
    expect(await again.append(numbered('c'), at)).toBe('c 2');
    expect(await allOf(again.lines())).toEqual(['a changes 0', 'b 1', 'c 2']);
    const tail = await again.tail('changes');
    expect(tail?.map(({ text }) => text)).toEqual(['a changes 0', 'b 1', 'c 2']);
    expect(tail?.map((line) => [line.place, line.number])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(tail?.[0]?.file).toMatch(/^s3:\/\/checkpoints\/\S+\/999999999999\.json$/);
    expect(await again.tail('nothing has this')).toEqual([]);
  });

  it('are never overwritten: two servers with one prefix are told so', async () => {
    const [one, other] = [await bucketSink(place, settings), await bucketSink(place, settings)];
    await one.append(() => 'first', at);
    await other.append(() => 'second', at);
    await expectAsync(one.append(() => 'third', at)).toBeRejectedWithError(/prefix of its own/);
    expect(await allOf(one.lines())).toEqual(['first', 'second']);
  });

  it('take those of commands between those of a server, each signed for the place that it got', async () => {
    const [server, command] = [await bucketSink(place, settings), await bucketSink(place, settings)];
    await server.append((number) => `server ${number}`, at);
    await command.append((number) => `{"by":"command"} ${number}`, at);
    await server.append((number) => `server ${number}`, at);
    await command.append((number) => `{"by":"command"} ${number}`, at);
    expect(await allOf(server.lines())).toEqual([
      'server 0',
      '{"by":"command"} 1',
      'server 2',
      '{"by":"command"} 3',
    ]);
    expect(await server.last('"by":"command"')).toBe('server 2');
  });

  it('give their connections back when the server ends, as does the store of its files', async () => {
    const server = await TestServer.start({ s3: settings, auditCheckpoints: place });
    const { blobs, auditProof } = server.assembly;
    // The last line is written before.
    const end = (what: Record<'close', () => void>): jasmine.Spy => spyOn(what, 'close').and.callThrough();
    const ends = [end(blobs as S3BlobStore), end(auditProof.sink as Record<'close', () => void>)];
    await server.call('POST', '/api/owners/nobody/revoke', { as: admin });
    const before = (await allOf(auditProof.sink.lines())).length;
    await server.stop();
    expect(ends.map((spy) => spy.calls.count())).toEqual([1, 1]);
    const after = await allOf((await bucketSink(place, settings)).lines());
    expect(after.length).toBeGreaterThanOrEqual(before);
  });

  it('need a place with its last slash, and a store', async () => {
    for (const wrong of ['s3://bucket', 's3://bucket/prefix', 's3://bucket/../', 's3:///x/']) {
      await expectAsync(bucketSink(wrong, settings)).toBeRejectedWithError(StartError, /AUDIT_CHECKPOINTS/);
    }
    await expectAsync(bucketSink(place, undefined)).toBeRejectedWithError(StartError, /S3_BUCKET/);
  });
});
