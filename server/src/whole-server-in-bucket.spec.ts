import { execFile } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CountersignConfig } from './countersign-config.ts';
import { s3BlobStore, type S3BlobStore } from './platform/s3-blob-store.ts';
import { dumpedWorld, statusAt } from './restores/testing/dumped-world.ts';
import { pngOf } from './testing/pictures.ts';
import { hasRadosgw, sharedRadosgw } from './testing/radosgw.ts';
import { ada, admin, grace, TestServer } from './testing/test-server.ts';

const BUCKET = 'whole';
const KEY_ID = 'k1';

describe('A whole server whose files and checkpoints are in a bucket', () => {
  let server: TestServer | undefined;
  let bucket: S3BlobStore;
  let settings: Partial<CountersignConfig>;
  /** The store by another address, as browsers have it. */
  let publicDoor: Server | undefined;
  let publicEndpoint = '';

  const names = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of bucket.bucket.list(prefix)) found.push(name);
    return found;
  };

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const gateway = await sharedRadosgw();
    bucket = await s3BlobStore(gateway.settings(BUCKET));
    const { CreateBucketCommand } = bucket.bucket.packages.client;
    await bucket.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const target = Number(new URL(gateway.endpoint).port);
    publicDoor = createServer((socket) => {
      const up = connect(target, '127.0.0.1');
      socket.on('error', () => up.destroy());
      up.on('error', () => socket.destroy());
      socket.pipe(up).pipe(socket);
    });
    await new Promise<void>((resolve) => publicDoor?.listen(0, '127.0.0.1', resolve));
    publicEndpoint = `http://127.0.0.1:${(publicDoor.address() as AddressInfo).port}`;
    settings = {
      s3: {
        ...gateway.settings(BUCKET, 'bytes/'),
        publicEndpoint,
        sse: 'aws:kms',
        sseKeyId: KEY_ID,
        verifyOnStart: true,
      },
      auditCheckpoints: `s3://${BUCKET}/checkpoints/one/`,
    };
    server = await TestServer.start(settings);
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
  });
  afterAll(async () => {
    await server?.stop();
    bucket?.close();
    publicDoor?.close();
  });

  it('asks for encryption with the key that is set, also for what browsers send by its public address', async () => {
    const bytes = pngOf(40_000);
    const before = new Set(await names('bytes/objects/'));
    const begun = await server!.call('POST', '/api/resources/uploads', {
      as: grace,
      body: { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length },
    });
    const { id, url, fields } = (await begun.json()) as {
      id: string;
      url: string;
      fields: Record<string, string>;
    };
    expect(url.startsWith(publicEndpoint)).toBeTrue();
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    const completed = await server!.call('POST', `/api/resources/${id}/complete`, { as: grace });
    expect(completed.status).toBe(200);
    const { path } = (await completed.json()) as { path: string };
    const delivered = await fetch(await server!.sign(path, grace));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    await server!.addPhoto('public/team/sent-by-the-server.png', grace);

    const stored = (await names('bytes/objects/')).filter((name) => !before.has(name));
    expect(stored.length).toBe(2);
    const { HeadObjectCommand } = bucket.bucket.packages.client;
    for (const name of stored) {
      const head = await bucket.bucket.client.send(
        new HeadObjectCommand({ Bucket: BUCKET, Key: `bytes/objects/${name}` }),
      );
      expect([head.ServerSideEncryption, head.SSEKMSKeyId]).toEqual(['aws:kms', KEY_ID]);
    }
    expect(await names('bytes/incoming/')).toEqual([]);
  });

  it('erases a person: nothing of theirs is in the bucket, and the certificate says that it looked', async () => {
    const before = await names('bytes/objects/');
    await server!.addPhoto('public/team/1.png', ada);
    await server!.addPhoto('users/ada/documents/a.png', ada);
    const url = await server!.sign('public/team/1.png');
    expect((await fetch(url)).status).toBe(200);
    expect((await names('bytes/objects/')).length).toBe(before.length + 2);
    const answer = await server!.call('POST', '/api/owners/ada/erase', {
      as: admin,
      body: { confirm: 'ada' },
    });
    const { status, failure, certificate } = (await answer.json()) as {
      status: string;
      failure: string | null;
      certificate: { held: { resources: number } } | null;
    };
    expect([answer.status, status, failure, certificate?.held.resources]).toEqual([200, 'done', null, 2]);
    expect((await names('bytes/objects/')).sort()).toEqual(before.sort());
    expect((await fetch(url)).status).toBe(403);
    expect((await names('checkpoints/one/')).length).toBeGreaterThan(0);
  });

  it('does not revive a revoked key: dump, revoke, restore the dump, start: the old URL is 403', async () => {
    const world = await dumpedWorld({ ...settings, auditCheckpoints: `s3://${BUCKET}/checkpoints/two/` });
    try {
      const copy = await world.restore();
      const restored = await copy.serve();
      try {
        const { urls } = world;
        const statuses = [urls.ada, urls.linus, urls.grace].map((url) => statusAt(restored, url));
        expect(await Promise.all(statuses)).toEqual([403, 403, 200]);
      } finally {
        await restored.stop();
        await copy.drop();
      }
    } finally {
      await world.end();
    }
  });
});

describe('A bucket without the packages that it needs', () => {
  it('is refused at the start, with the command that installs them', async () => {
    const program = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          return next(specifier.startsWith('@aws-sdk/') ? specifier + '-is-not-installed' : specifier, context);
        },
      });
      const { openBlobStore } = await import(process.argv[1]);
      await openBlobStore({ dataDir: '/nowhere', s3: { bucket: 'b' } }).catch((error) => console.log(error.name, error.message));
    `;
    const source = fileURLToPath(new URL('./open-blob-store.ts', import.meta.url));
    const args = ['--conditions=source', '--input-type=module', '--eval', program, source];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/^StartError S3_BUCKET is set, .*npm install .*@aws-sdk\/client-s3/);
  });
});
