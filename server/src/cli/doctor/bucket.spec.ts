import { s3BlobStore } from '../../platform/s3-blob-store.ts';
import { hasRadosgw, sharedRadosgw } from '../../testing/radosgw.ts';
import { bucketCheck } from './bucket.ts';

describe('the doctor of a bucket', () => {
  const look = (variables: Record<string, string>) =>
    bucketCheck.run({ variables, dataDir: '/nowhere', database: undefined, isProduction: false });

  it('says nothing where none is named', async () => {
    expect(await look({})).toEqual([]);
  });

  it('says that a bucket works, and which right is missing where it does not', async () => {
    if (!hasRadosgw) return pending('needs radosgw');
    const settings = (await sharedRadosgw()).settings('doctor');
    const { bucket } = await s3BlobStore(settings);
    await bucket.client.send(new bucket.packages.client.CreateBucketCommand({ Bucket: 'doctor' }));
    const variables = {
      S3_BUCKET: 'doctor',
      S3_ENDPOINT: settings.endpoint ?? '',
      S3_ACCESS_KEY_ID: settings.accessKeyId ?? '',
      S3_SECRET_ACCESS_KEY: settings.secretAccessKey ?? '',
    };
    expect((await look(variables)).map(({ level }) => level)).toEqual(['ok']);
    const found = await look({ ...variables, S3_SECRET_ACCESS_KEY: 'not-the-secret' });
    expect(found.map(({ level }) => level)).toEqual(['problem', 'problem', 'problem', 'problem']);
    expect(found.map(({ change }) => change).join()).toContain('s3:ListBucket');
    expect(JSON.stringify(found)).not.toMatch(/not-the-secret|127\.0\.0\.1/);
  }, 120_000);
});
