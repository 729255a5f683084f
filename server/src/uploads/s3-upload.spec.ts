import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { s3BlobStore, type S3BlobStore } from '../platform/s3-blob-store.ts';
import { StorageUnavailable } from '../platform/storage-unavailable.ts';
import { pngOf } from '../testing/pictures.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, TestServer, type TestPerson } from '../testing/test-server.ts';
import { badFiles } from './testing/bad-files.ts';
import { SlowParts } from './testing/slow-parts.ts';
import { outcome, waysInto } from './testing/ways-in.ts';

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
  let line: SlowParts;
  let store: S3BlobStore;

  beforeAll(async () => {
    if (!hasRadosgw) return;
    const radosgw = await sharedRadosgw();
    endpoint = radosgw.endpoint;
    const settings = radosgw.settings(BUCKET);
    store = await s3BlobStore(settings);
    line = await SlowParts.before(endpoint);
    const { CreateBucketCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    server = await TestServer.start({
      s3: { ...settings, endpoint: line.endpoint, publicEndpoint: endpoint },
    });
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
  });
  afterAll(async () => {
    if (!hasRadosgw) return;
    await server?.stop();
    await line.close();
    store.close();
  });

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

  it('that is resumable goes on where the disk for its parts became full, with the bytes that were sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-small-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=252k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      pending('needs to mount a small disk');
    }
    const usual = process.env['TMPDIR'];
    const bytes = pngOf(600_000);
    const { id, url } = (await (
      await call('POST', '/resources/uploads', {
        ...{ name: 'full.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, how: 'tus' },
      })
    ).json()) as Begun;
    const tus = (method: string, offset?: number): Promise<Response> =>
      fetch(new URL(url, server!.origin), {
        method,
        headers: {
          ...{ authorization: `Bearer ${server!.tokenOf(ada)}`, 'tus-resumable': '1.0.0' },
          ...(offset === undefined
            ? {}
            : { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }),
        },
        body: offset === undefined ? null : new Uint8Array(bytes.subarray(offset)),
      });
    try {
      process.env['TMPDIR'] = folder;
      const full = await tus('PATCH', 0);
      expect([full.status, ((await full.json()) as { code: string }).code]).toEqual([507, 'storage-full']);
    } finally {
      if (usual === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = usual;
      execFileSync('umount', ['-l', folder]);
    }
    const offset = Number((await tus('HEAD')).headers.get('upload-offset'));
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(252 * 1024);
    expect((await tus('PATCH', offset)).status).toBe(204);
    const { path } = (await (await call('GET', `/resources/${id}`)).json()) as { path: string };
    const delivered = await fetch(await server!.sign(path));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
  });

  it('is refused for what it brings, as one to files is, and leaves nothing', async () => {
    const { all } = waysInto(() => server!);
    const before = await kept();
    // Names, types and sizes are asked before a store is.
    const byBytes = badFiles.filter(
      ([, { name }, , code]) => name === undefined && !['unsupported-type', 'too-large'].includes(code),
    );
    expect(byBytes.length).toBeGreaterThan(7);
    for (const [what, file, status, code] of byBytes) {
      const answers = all(file).map(async ([way, sent]) => [way, await outcome(await sent())]);
      expect(await Promise.all(answers))
        .withContext(what)
        .toEqual(all(file).map(([way]) => [way, `${status} ${code}`]));
    }
    await server!.assembly.uploads.ends.sweep();
    expect(await kept()).toEqual(before);
    await server!.assembly.leftovers.clear();
    const { rows } = await server!.database.pool.query<{ key: string }>(
      'SELECT object_key AS key FROM resources WHERE object_key IS NOT NULL ORDER BY 1',
    );
    const objects: string[] = [];
    for await (const { key } of store.list()) objects.push(key);
    expect(objects.sort()).toEqual(rows.map(({ key }) => key).sort());
  });

  it('is not there yet, and arrives when it is asked for again, when the line to the bucket breaks while it is read', async () => {
    const bytes = pngOf(1_000_000);
    for (const reads of [1, 2]) {
      const begun = (await (
        await call('POST', '/resources/uploads', {
          ...{ name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length },
        })
      ).json()) as Begun;
      expect((await send(begun, bytes)).ok).toBeTrue();
      for (let n = 0; n < reads; n += 1) {
        line.cutNext();
        const broken = await call('POST', `/resources/${begun.id}/complete`);
        const { code } = (await broken.json()) as { code: string };
        expect([broken.status, code, line.cuts]).toEqual([503, 'storage-unavailable', 0]);
      }
      expect((await call('POST', `/resources/${begun.id}/complete`)).status).toBe(200);
    }
  });

  it('that is resumable goes on when the line to the bucket breaks while its last part is read', async () => {
    const bytes = pngOf(600_010);
    const { url } = (await (
      await call('POST', '/resources/uploads', {
        ...{ name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, how: 'tus' },
      })
    ).json()) as Begun;
    const patch = (from: number, to: number): Promise<Response> =>
      server!.call('PATCH', url, {
        as: ada,
        body: new Uint8Array(bytes.subarray(from, to)),
        headers: {
          ...{ 'tus-resumable': '1.0.0', 'upload-offset': String(from) },
          'content-type': 'application/offset+octet-stream',
        },
      });
    expect((await patch(0, 600_000)).status).toBe(204);
    line.cutNext();
    const broken = await patch(600_000, bytes.length);
    const { code } = (await broken.json()) as { code: string };
    expect([broken.status, code, line.cuts]).toEqual([503, 'storage-unavailable', 0]);
    expect((await patch(600_000, bytes.length)).status).toBe(204);
  });

  it('goes through the server when the store takes no forms', async () => {
    const radosgw = await sharedRadosgw();
    const through = await TestServer.start({
      s3: { ...radosgw.settings(BUCKET, 'through/'), presignedPost: false },
    });
    const bytes = pngOf(1_000_000);
    const body = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length };
    const asked = await through.call('POST', '/api/resources/uploads', { as: ada, body });
    const begun = (await asked.json()) as Begun;
    const { origin } = new URL(begun.url, through.origin);
    expect(origin).toBe(through.origin);
    const form = new FormData();
    for (const [name, value] of Object.entries(begun.fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
    const sent = await fetch(new URL(begun.url, origin), { method: 'POST', body: form });
    expect(sent.status).toBe(200);
    const completed = await through.call('POST', `/api/resources/${begun.id}/complete`, { as: ada });
    const { path } = (await completed.json()) as { path: string };
    const delivered = await fetch(await through.sign(path));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    await through.stop();
  });

  it('leaves nothing that holds room when the store signs no form', async () => {
    const count = async () => (await server!.database.pool.query('SELECT FROM resources')).rowCount;
    const before = await count();
    spyOn(server!.assembly.blobs.incoming, 'presignPost' as never).and.rejectWith(
      new StorageUnavailable('PresignedPost', 'ETIMEDOUT') as never,
    );
    const asked = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: 9 };
    expect((await call('POST', '/resources/uploads', asked)).status).toBe(503);
    expect(await count()).toBe(before);
  });

  const kept = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { name } of store.bucket.list('incoming/')) names.push(name);
    for await (const { name } of store.bucket.listParts('')) names.push(`parts of ${name}`);
    return names;
  };
  /** Somebody whose line breaks, so that what came is put beside the upload: that is on its way when this returns. */
  const brokenOff = async (as: TestPerson): Promise<string> => {
    const asked = await server!.call('POST', '/api/resources/uploads', {
      as,
      body: { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: 1_000_000, how: 'tus' },
    });
    const { url } = (await asked.json()) as Begun;
    line.hold();
    const sending = httpRequest(new URL(url, server!.origin), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${server!.tokenOf(as)}`,
        ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        ...{ 'content-type': 'application/offset+octet-stream', 'content-length': '1000000' },
      },
    }).on('error', () => undefined);
    const closed = new Promise((resolve) => sending.on('close', resolve));
    await new Promise((resolve) => sending.write(pngOf(500_000), resolve));
    sending.destroy();
    await closed;
    await line.onItsWay;
    return url;
  };

  /** Its end is known: whoever does not wait for the writer removes what there is now. Then its bytes arrive. */
  const onceEnded = async (url: string): Promise<void> => {
    const sql = 'SELECT FROM uploads WHERE id = $1 AND ended IS NOT NULL';
    while ((await server!.database.pool.query(sql, [url.split('/').at(-1)])).rowCount === 0) await sleep(10);
    await sleep(300);
    line.release();
  };

  it('that is resumable leaves nothing when it is cancelled while its last bytes are on their way', async () => {
    const before = await kept();
    const url = await brokenOff(ada);
    const headers = { 'tus-resumable': '1.0.0' };
    const cancelled = server!.call('DELETE', url, { as: ada, headers });
    await onceEnded(url);
    expect((await cancelled).status).toBe(204);
    expect((await server!.call('HEAD', url, { as: ada, headers })).status).toBe(404);
    expect(await kept()).toEqual(before);
  });

  it('that is resumable leaves nothing when it is cancelled while its writer has lost the lock', async () => {
    const before = await kept();
    const url = await brokenOff(ada);
    const key = Buffer.from(url.split('/').at(-1) ?? '', 'base64url').readBigInt64BE();
    const { rowCount } = await server!.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND (classid::bigint << 32) + objid::bigint = $1`,
      [key.toString()],
    );
    expect(rowCount).toBe(1);
    const headers = { 'tus-resumable': '1.0.0' };
    // Nobody can wait for the writer, whose last bytes arrive after the removal: it removes them itself.
    expect((await server!.call('DELETE', url, { as: ada, headers })).status).toBe(204);
    line.release();
    while ((await kept()).join() !== before.join()) await sleep(20);
    expect(await kept()).toEqual(before);
  });

  it('that is resumable leaves nothing when its owner is erased while its last bytes are on their way', async () => {
    const before = await kept();
    const mary: TestPerson = { id: 'mary', roles: ['tenantMember'] };
    const url = await brokenOff(mary);
    const erasing = server!.erase('mary');
    await onceEnded(url);
    expect((await erasing)['status']).toBe('done');
    expect(await kept()).toEqual(before);
  });
});
