import sharp from 'sharp';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { keysIn } from './testing/second-server.ts';

describe('Smaller pictures in a bucket', () => {
  it('are made, found again by another server, and removed with their original', async () => {
    if (!hasRadosgw) {
      pending('needs radosgw');
      return;
    }
    const settings = (await sharedRadosgw()).settings('derivatives');
    const bucket = await s3BlobStore(settings);
    const { CreateBucketCommand } = bucket.bucket.packages.client;
    await bucket.bucket.client.send(new CreateBucketCommand({ Bucket: 'derivatives' }));
    const deliveryUrl = 'http://cdn.test/cdn';
    const server = await TestServer.start({ s3: settings, deliveryUrl });
    const other = await TestServer.start({ s3: settings, deliveryUrl, databaseUrl: server.database.url });
    const objects = async () => (await keysIn(bucket)).length;
    try {
      const path = 'public/team/a.png';
      const create = { width: 500, height: 500, channels: 3, background: '#369' } as const;
      await server.addPhoto(path, ada, await sharp({ create }).png().toBuffer());
      const url = await server.sign(`${path}/~320.avif`);
      const answers = await Promise.all(
        [server, other, server, other].map(async ({ origin }) => {
          const answer = await fetch(url.replace('http://cdn.test', origin));
          return [answer.status, Buffer.from(await answer.arrayBuffer()).toString('base64')];
        }),
      );
      expect(answers[0]?.[0]).toBe(200);
      expect(new Set(answers.map(([, bytes]) => bytes)).size).toBe(1);
      expect(await objects()).toBe(2);
      const { rows } = await server.database.pool.query<{ id: string }>('SELECT id FROM resources');
      await server.call('DELETE', `/api/resources/${rows[0]?.id}`, { as: admin });
      await server.assembly.leftovers.clear();
      expect(await objects()).toBe(0);
    } finally {
      await other.stop();
      await server.stop();
      bucket.close();
    }
  }, 120_000);
});
