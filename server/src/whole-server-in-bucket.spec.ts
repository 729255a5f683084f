import { execFile } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { CountersignConfig } from './countersign-config.ts';
import { s3BlobStore, type S3BlobStore } from './platform/s3-blob-store.ts';
import { dumpedWorld, statusAt } from './restores/testing/dumped-world.ts';
import { pngOf } from './testing/pictures.ts';
import { hasRadosgw, sharedRadosgw } from './testing/radosgw.ts';
import { ada, admin, grace, TestServer } from './testing/test-server.ts';

const BUCKET = 'whole';
const KEY_ID = 'k1';
/** Every spec here runs with a role whose sessions end within it. AWS has none under 15 minutes. */
const SESSION_SECONDS = 6;

interface Begun {
  id: string;
  url: string;
  fields: Record<string, string>;
}

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
        ...{ roleArn: gateway.roleArn, roleSessionSeconds: SESSION_SECONDS },
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
    const { id, url, fields } = (await begun.json()) as Begun;
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

  it('goes on with forms, tus and delivery when the session of its role ends in the middle', async () => {
    const { config, session, packages } = (server!.assembly.blobs as S3BlobStore).bucket;
    const first = await (config.credentials as () => Promise<AwsCredentialIdentity>)();
    const { accessKeyId, secretAccessKey, sessionToken = '' } = first;
    const asFirst = new packages.client.S3Client({
      ...config,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
    const statusOfFirst = (): Promise<number | undefined> =>
      asFirst.send(new packages.client.HeadBucketCommand({ Bucket: BUCKET })).then(
        () => 200,
        (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode,
      );
    expect(await statusOfFirst()).toBe(200);
    const end = await session!.goodUntil();

    const bytes = pngOf(2_000_000);
    const ask = async (how: 'post' | 'tus') => {
      // A form dies with its session; sending it may take its time on a busy machine.
      while ((await session!.goodUntil()) < Date.now() + 3000) await sleep(50);
      const body = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, how };
      const begun = await server!.call('POST', '/api/resources/uploads', { as: grace, body });
      expect(begun.status).toBe(201);
      return (await begun.json()) as Begun;
    };
    const patch = async ({ url }: Begun, from: number, to: number): Promise<void> => {
      const sent = await server!.call('PATCH', url, {
        as: grace,
        body: new Uint8Array(bytes.subarray(from, to)),
        headers: {
          ...{ 'tus-resumable': '1.0.0', 'upload-offset': String(from) },
          'content-type': 'application/offset+octet-stream',
        },
      });
      expect(sent.status).toBe(204);
    };
    const postForm = async ({ url, fields }: Begun): Promise<void> => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
      expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    };
    const complete = async ({ id }: Begun): Promise<string> => {
      const completed = await server!.call('POST', `/api/resources/${id}/complete`, { as: grace });
      expect(completed.status).toBe(200);
      return ((await completed.json()) as { path: string }).path;
    };
    const expectDelivered = async (path: string): Promise<void> => {
      const delivered = await fetch(await server!.sign(path, grace));
      expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    };

    const resumed = await ask('tus');
    await patch(resumed, 0, 700_000);
    const posted = await ask('post');
    await postForm(posted);
    const before = await complete(posted);
    const delivering = [];
    do {
      // Too large to come from memory: each is read from the bucket.
      delivering.push(expectDelivered(before));
      await sleep(250);
    } while (Date.now() < end || (await statusOfFirst()) !== 403);
    asFirst.destroy();
    await Promise.all(delivering);
    expect(delivering.length).toBeGreaterThan(3);
    await patch(resumed, 700_000, bytes.length);
    await expectDelivered(await complete(resumed));
    const later = await ask('post');
    await postForm(later);
    await expectDelivered(await complete(later));
    expect(server!.logged.join('')).not.toContain('the store failed');
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
