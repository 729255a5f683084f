import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Examiner } from '../hygiene/examiner.ts';
import type { BlobStore, IncomingBlobs } from '../platform/blob-store.ts';
import type { Problem } from '../platform/problem.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { UploadCompletion } from './complete-upload.ts';
import { UploadForms } from './upload-form.ts';

const LIMIT = 3_000_000;

interface Begun {
  id: string;
  uploadId: string;
  url: string;
  fields: Record<string, string>;
  maxBytes: number;
}

describe('An upload by a signed form', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ maxUploadBytes: LIMIT });
  });
  afterAll(async () => {
    // Its contracts name every problem that was answered above.
    expect(server.undeclared).toEqual([]);
    await server.stop();
  });

  const asked = (bytes: Uint8Array = onePixelPng, more: object = {}): object => ({
    ...{ name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, ...more },
  });
  const begin = (body: object, as: TestPerson = ada): Promise<Response> =>
    server.call('POST', '/api/resources/uploads', { as, body });
  const begun = async (bytes?: Uint8Array, more?: object, as?: TestPerson): Promise<Begun> =>
    (await (await begin(asked(bytes, more), as)).json()) as Begun;
  const send = (
    { url, fields }: Pick<Begun, 'url' | 'fields'>,
    bytes: Uint8Array = onePixelPng,
    changed: Record<string, string> = {},
  ): Promise<Response> => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...changed })) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
    return fetch(new URL(url, server.origin), { method: 'POST', body: form });
  };
  const complete = (id: string, as: TestPerson = ada): Promise<Response> =>
    server.call('POST', `/api/resources/${id}/complete`, { as });
  const cancel = (uploadId: string, as: TestPerson = ada): Promise<Response> =>
    server.call('DELETE', `/api/resources/uploads/${uploadId}/file`, { as });
  const outcome = async (asking: Promise<Response>): Promise<[number, string]> => {
    const response = await asking;
    const text = await response.text();
    return [response.status, (JSON.parse(text) as { code?: string }).code ?? ''];
  };
  const stateOf = async (id: string): Promise<string | undefined> => {
    const { rows } = await server.database.pool.query<{ state: string }>(
      'SELECT state FROM resources WHERE id = $1',
      [id],
    );
    return rows[0]?.state;
  };
  const arrived = (uploadId: string): boolean =>
    existsSync(join(server.dataDir, 'files', 'incoming', uploadId));
  const objects = async (): Promise<number> => {
    await server.assembly.leftovers.clear();
    const found = await readdir(join(server.dataDir, 'files', 'objects'), {
      recursive: true,
      withFileTypes: true,
    });
    return found.filter((entry) => entry.isFile()).length;
  };

  it('keeps label and notes from its beginning, and is found by its name', async () => {
    const { id, ...form } = await begun(undefined, {
      name: 'Vertrag Ä.png',
      label: ' Invoice ',
      notes: 'a\nb',
    });
    await send(form);
    await complete(id);
    const found = await server.call('GET', `/api/resources?search=${encodeURIComponent('vertrag ä')}`, {
      as: ada,
    });
    const { items } = (await found.json()) as { items: Record<string, unknown>[] };
    expect(items.map((item) => [item['id'], item['label'], item['notes']])).toEqual([
      [id, 'Invoice', 'a\nb'],
    ]);
    for (const wrong of [{ label: 'x'.repeat(201) }, { label: 'a\nb' }, { notes: '?sig=abc' }, { notes: 7 }])
      expect(await outcome(begin(asked(undefined, wrong)))).toEqual([400, 'invalid-request']);
  });

  it('arrives byte for byte, can be signed once it is complete, and is nothing before', async () => {
    const bytes = pngOf(1_500_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const upload = await begun(bytes, { name: '写真 от Zoë.png', sha256 });
    expect(await stateOf(upload.id)).toBe('awaiting');
    const early = await server.call('GET', `/api/resources/${upload.id}`, { as: ada });
    const { path, displayName } = (await early.json()) as { path: string; displayName: string };
    expect(displayName).toBe('写真 от Zoë.png');
    expect(path).toMatch(/^public\/avatars\/zoe-\d{8}-\d{6}-[0-9a-z]{10}\.png$/);
    await expectAsync(server.sign(path)).toBeRejected();
    expect(await outcome(complete(upload.id))).toEqual([409, 'upload-incomplete']);
    expect(await outcome(send(upload, bytes))).toEqual([200, '']);
    expect(await stateOf(upload.id)).toBe('uploading');
    await expectAsync(server.sign(path)).toBeRejected();
    const completed = await complete(upload.id);
    expect(await completed.json()).toEqual(jasmine.objectContaining({ id: upload.id, status: 'completed' }));
    const delivered = await fetch(await server.sign(path));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    expect(arrived(upload.uploadId)).toBeFalse();
    expect((await server.auditRows('resource-created')).at(-1)).toEqual(
      jasmine.objectContaining({ actor: 'ada', owner: 'ada', resource_id: upload.id }),
    );
  });

  describe('for a collection', () => {
    const boss: TestPerson = { id: 'boss', roles: ['ADM'] };
    const buyer: TestPerson = { id: 'buyer', roles: ['BUY'] };
    const collectionOf = async (...ids: string[]): Promise<string> => {
      const made = await server.call('POST', '/api/collections', { as: boss, body: { name: 'Order' } });
      const { id } = (await made.json()) as { id: string };
      const members = ids.map((member) => ({ id: member, role: 'BUY' }));
      await server.call('POST', `/api/collections/${id}/members`, { as: boss, body: { members } });
      return id;
    };
    const archive = (id: string) =>
      server.call('PATCH', `/api/collections/${id}`, { as: boss, body: { status: 'archived' } });
    const document = (collection: string, more: object = {}): object =>
      asked(undefined, { kind: 'document', name: 'Secret.png', collection, ...more });
    const raw = (collection: string, as: TestPerson) =>
      server.call('POST', `/api/resources?kind=avatar&name=Secret.png&collection=${collection}`, {
        ...{ as, body: onePixelPng, headers: { 'content-type': 'image/png' } },
      });
    const tus = (collection: string, as: TestPerson) => {
      const said = { filename: 'Secret.png', kind: 'document', collection };
      const metadata = Object.entries(said).map(([key, value]) => `${key} ${btoa(value)}`);
      const headers = {
        ...{ 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' },
        ...{ 'upload-length': String(onePixelPng.length), 'upload-metadata': metadata.join(',') },
      };
      return server.call('POST', '/api/resources/tus', { as, body: onePixelPng, headers });
    };

    it('is there from its beginning, and its members see it once it is complete', async () => {
      const collection = await collectionOf('ada', 'buyer');
      const { id, ...form } = (await (await begin(document(collection))).json()) as Begun;
      const seen = async (as: TestPerson, of = id) => {
        const response = await server.call('GET', `/api/resources/${of}`, { as });
        return response.ok ? ((await response.json()) as { path: string }).path : response.status;
      };
      expect(await seen(ada)).toMatch(
        new RegExp(`^collections/${collection}/\\d{8}-\\d{6}-[0-9a-z]{10}\\.png$`),
      );
      expect(await seen(buyer)).toBe(404);
      await send(form);
      expect((await complete(id)).status).toBe(200);
      const ids = [id];
      ids.push(((await (await raw(collection, ada)).json()) as { id: string }).id);
      ids.push((await tus(collection, ada)).headers.get('resource-id')!);
      for (const one of ids) {
        const path = String(await seen(buyer, one));
        expect(path).toMatch(new RegExp(`^collections/${collection}/[\\w-]+\\.png$`));
        expect(path).not.toContain('secret');
        expect((await fetch(await server.sign(path, buyer))).status).toBe(200);
      }
      const list = await server.call('GET', `/api/resources?collection=${collection}`, { as: buyer });
      expect(((await list.json()) as { total: number }).total).toBe(3);
    });

    it('is refused as assigning is, each by itself, and makes nobody an owner', async () => {
      const [theirs, archived] = [await collectionOf('buyer'), await collectionOf('ada', 'newcomer')];
      await archive(archived);
      const missing = [404, 'not-found'];
      for (const as of [ada, { id: 'newcomer', roles: ['DOC_UPL'] }, { ...admin, tenantId: 'rivals' }]) {
        for (const [wanted, refusal] of [
          [theirs, missing],
          ['col_nothing', missing],
          [archived, as.id === 'admin' ? missing : [409, 'collection-archived']],
        ] as const) {
          for (const way of [begin(document(wanted), as), raw(wanted, as), tus(wanted, as)])
            expect(await outcome(way)).toEqual(refusal as [number, string]);
        }
      }
      const { rows } = await server.database.pool.query(
        "SELECT FROM owners WHERE owner_id = 'newcomer' OR tenant_id = 'rivals'",
      );
      expect(rows.length).toBe(0);
      expect((await begin(document(theirs), admin)).status)
        .withContext('by resource:assign')
        .toBe(201);
      const uploads = [document(theirs), asked(), document('../x'), document(archived)];
      const batch = await server.call('POST', '/api/resources/uploads/batch', { as: ada, body: { uploads } });
      const { results } = (await batch.json()) as { results: { id?: string; error?: { code: string } }[] };
      expect(results.map(({ error }) => error?.code)).toEqual([
        ...['not-found', undefined, 'invalid-request', 'collection-archived'],
      ]);
    });

    it('that was archived while the one call brought the bytes is refused, and nothing is stored', async () => {
      const collection = await collectionOf('ada');
      const before = await objects();
      const { blobs } = server.assembly;
      const put = blobs.put.bind(blobs);
      // Taken, and not yet a resource.
      spyOn(blobs, 'put').and.callFake(async (...given) => {
        const stored = await put(...given);
        await archive(collection);
        return stored;
      });
      expect(await outcome(raw(collection, ada))).toEqual([409, 'collection-archived']);
      blobs.put = put;
      expect(await objects()).toBe(before);
    });

    for (const how of ['was archived', 'they left', 'they were taken out of by a role'] as const) {
      it(`that ${how} meanwhile fails, and nothing of it stays`, async () => {
        const isRole = how === 'they were taken out of by a role';
        const collection = await collectionOf(...(isRole ? [] : ['ada']));
        const interested = (interestedRoles: string[]) =>
          server.call('PATCH', `/api/collections/${collection}`, { as: boss, body: { interestedRoles } });
        if (isRole) await interested(['tenantMember']);
        const before = await objects();
        const { id, ...form } = (await (await begin(document(collection))).json()) as Begun;
        await send(form);
        if (how === 'was archived') await archive(collection);
        else if (isRole) await interested([]);
        else await server.call('DELETE', `/api/collections/${collection}/members/ada`, { as: ada });
        expect(await outcome(complete(id))).toEqual([409, 'collection-lost']);
        expect(await stateOf(id)).toBe('failed');
        expect(await outcome(complete(id))).toEqual([409, 'upload-over']);
        expect([await objects(), arrived(form.uploadId)]).toEqual([before, false]);
        expect((await server.auditRows('upload-failed')).at(-1)).toEqual(
          jasmine.objectContaining({ resource_id: id, reason: 'collection-lost' }),
        );
      });
    }
  });

  it('without a type has that of its name’s extension, by form, in a batch and by tus, and must hold it', async () => {
    const without = (name: string, size: number, more: object = {}): object => ({
      ...{ name, kind: 'document', size, ...more },
    });
    const typeOf = async (id: string): Promise<unknown> => {
      const found = await server.call('GET', `/api/resources/${id}`, { as: ada });
      return ((await found.json()) as { contentType: string }).contentType;
    };
    const text = Buffer.from('# Notes');
    const upload = (await (await begin(without('Notes.MD', text.length))).json()) as Begun;
    expect(upload.fields['Content-Type']).toBe('text/markdown');
    await send(upload, text);
    expect((await complete(upload.id)).status).toBe(200);
    expect(await typeOf(upload.id)).toBe('text/markdown');
    const lie = (await (await begin(without('a.png', text.length))).json()) as Begun;
    await send(lie, text);
    expect(await outcome(complete(lie.id))).toEqual([415, 'content-mismatch']);

    const names = ['a.pdf', 'a.PNG', 'png', '.png', 'a.', 'a.unheard', 'a.html'];
    const uploads = names.map((name) => without(name, 9, { how: 'tus' }));
    const batch = await server.call('POST', '/api/resources/uploads/batch', { as: ada, body: { uploads } });
    const { results } = (await batch.json()) as { results: { id?: string; error?: { code: string } }[] };
    const became = results.map(({ id, error }) => (id === undefined ? error?.code : typeOf(id)));
    expect(await Promise.all(became)).toEqual([
      ...['application/pdf', 'image/png', 'unsupported-type', 'unsupported-type', 'unsupported-type'],
      ...['unsupported-type', 'unsupported-type'],
    ]);
    const created = await server.call('POST', '/api/resources/tus', {
      as: ada,
      headers: {
        ...{ 'tus-resumable': '1.0.0', 'upload-length': '3' },
        'upload-metadata': `filename ${Buffer.from('a.csv').toString('base64')},filetype`,
      },
    });
    expect(await typeOf(created.headers.get('resource-id') ?? '')).toBe('text/csv');
  });

  it('says neither whose a document is nor its name in its path', async () => {
    const upload = await begun(onePixelPng, { kind: 'document', name: 'Dismissal of Ada.png' });
    const response = await server.call('GET', `/api/resources/${upload.id}`, { as: ada });
    const { path } = (await response.json()) as { path: string };
    expect(path).toMatch(/^users\/[\w-]{22}\/documents\/\d{8}-\d{6}-[0-9a-z]{10}\.png$/);
  });

  it('is complete once, whoever says so how often at the same time, and a form sent again changes nothing', async () => {
    const before = await objects();
    const bytes = pngOf(300_000);
    const upload = await begun(bytes);
    await send(upload, bytes);
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(upload.id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const { path } = (await answers[0]!.json()) as { path: string };
    expect(await outcome(send(upload, pngOf(300_000)))).toEqual([404, 'not-found']);
    expect((await complete(upload.id)).status).toBe(200);
    const delivered = await fetch(await server.sign(path));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    expect(await objects()).toBe(before + 1);
    const created = (await server.auditRows('resource-created')).filter(
      (row) => row['resource_id'] === upload.id,
    );
    expect(created.length).toBe(1);
  });

  it('is gone on with when a server was killed after it took the bytes', async () => {
    const upload = await begun();
    await send(upload);
    const key = randomBytes(16).toString('base64url');
    await server.database.pool.query('UPDATE uploads SET object_key = $2 WHERE id = $1', [
      ...[upload.uploadId, key],
    ]);
    await server.assembly.blobs.incoming.take(upload.uploadId, key);
    expect((await complete(upload.id)).status).toBe(200);
    expect(await stateOf(upload.id)).toBe('completed');
  });

  it('is gone on with when a server was killed before it took the bytes', async () => {
    const upload = await begun();
    await send(upload);
    await server.database.pool.query('UPDATE uploads SET object_key = $2 WHERE id = $1', [
      ...[upload.uploadId, randomBytes(16).toString('base64url')],
    ]);
    expect((await complete(upload.id)).status).toBe(200);
  });

  it('fails for good when what arrived is not what was announced, and leaves no bytes', async () => {
    const before = await objects();
    const text = Buffer.from('<html><script>1</script>');
    const wrongType = await begun(text);
    await send(wrongType, text);
    expect(await outcome(complete(wrongType.id))).toEqual([415, 'content-mismatch']);
    expect(await outcome(complete(wrongType.id))).toEqual([409, 'upload-over']);
    const wrongHash = await begun(onePixelPng, { sha256: 'a'.repeat(64) });
    await send(wrongHash);
    expect(await outcome(complete(wrongHash.id))).toEqual([400, 'checksum-mismatch']);
    expect([await stateOf(wrongType.id), await stateOf(wrongHash.id)]).toEqual(['failed', 'failed']);
    expect(await objects()).toBe(before);
    const failed = (await server.auditRows('upload-failed')).map((row) => row['resource_id']);
    expect(failed).toEqual(jasmine.arrayContaining([wrongType.id, wrongHash.id]));
  });

  it('takes no form that was changed by a character, has expired, or is for another upload', async () => {
    const upload = await begun();
    const other = await begun();
    const [min, max, expires] = upload.fields['policy']!.split('-');
    const changes: Record<string, string>[] = [
      { policy: `${min}-${max}1-${expires}` },
      { policy: `${min}-${max}-${Number(expires) + 1}` },
      { policy: '70-70' },
      { 'Content-Type': 'text/html' },
      { key: other.uploadId },
      { key: '../../etc/passwd' },
      { signature: '' },
      { signature: `${upload.fields['signature']!.slice(0, -1)}!` },
      { signature: other.fields['signature']! },
    ];
    for (const change of changes) {
      expect(await outcome(send(upload, onePixelPng, change)))
        .withContext(JSON.stringify(change))
        .toEqual([403, 'upload-refused']);
    }
    expect(await outcome(send({ ...upload, url: other.url }))).toEqual([403, 'upload-refused']);
    expect(await outcome(send(upload, pngOf(71)))).toEqual([400, 'upload-size']);
    expect(await outcome(send(upload, onePixelPng.subarray(0, 69)))).toEqual([400, 'upload-size']);
    expect([arrived(upload.uploadId), arrived(other.uploadId)]).toEqual([false, false]);
    expect((await send(upload)).status).toBe(200);
  });

  it('takes no form whose time is over, though nobody changed it', async () => {
    const upload = await begun();
    const forms = new UploadForms(['test-master-secret-0123456789-abcdefghij']);
    const policy = { id: upload.uploadId, contentType: 'image/png', minSize: 70, maxSize: 70 };
    const formUntil = (seconds: number) =>
      forms.sign(upload.url, { ...policy, expiresAt: new Date(Date.now() + seconds * 1000) });
    expect(await outcome(send(formUntil(-1)))).toEqual([403, 'upload-refused']);
    expect(arrived(upload.uploadId)).toBeFalse();
    expect((await send(formUntil(60))).status).toBe(200);
    await server.database.pool.query('UPDATE uploads SET expires_at = now() WHERE id = $1', [
      upload.uploadId,
    ]);
    // A form that is good for longer than its upload opens nothing either.
    expect(await outcome(send(formUntil(60)))).toEqual([404, 'not-found']);
  });

  it('takes no form that is none, or ends early', async () => {
    const { url } = await begun();
    const raw = (body: string, type: string): Promise<Response> =>
      server.call('POST', url, { body, headers: { 'content-type': type } });
    const type = 'multipart/form-data; boundary=X';
    const field = '--X\r\nContent-Disposition: form-data; name="key"\r\n\r\n1\r\n';
    const attempts: [string, string][] = [
      ['x', 'text/plain'],
      ['x', 'multipart/form-data'],
      ['', type],
      ['--X--\r\n', type],
      [field, type],
      [`${field}${field}--X--`, type],
      [`--X\r\nContent-Disposition: form-data\r\n\r\n1\r\n--X--`, type],
      [`--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n${'1'.repeat(20_000)}\r\n--X--`, type],
    ];
    for (const [body, contentType] of attempts) {
      expect(await outcome(raw(body, contentType)))
        .withContext(body.slice(0, 60))
        .toEqual([400, 'invalid-request']);
    }
  });

  const refusals: [string, object, number, string][] = [
    ['too many bytes', { size: LIMIT + 1 }, 413, 'too-large'],
    ['no bytes', { size: 0 }, 400, 'invalid-request'],
    ['half a byte', { size: 0.5 }, 400, 'invalid-request'],
    ['a type the kind does not take', { contentType: 'application/pdf' }, 415, 'unsupported-type'],
    ['a type with parameters', { contentType: 'image/png; q=1' }, 400, 'invalid-request'],
    ['a type with a line', { contentType: 'image/png\n' }, 400, 'invalid-request'],
    ['a path as name', { name: '../../etc/passwd' }, 400, 'invalid-name'],
    ['a name that reads backwards', { name: '\u202Egnp.exe' }, 400, 'invalid-name'],
    ['a name that runs', { name: 'invoice.exe' }, 415, 'unsupported-type'],
    ['a name of half a character', { name: 'a\uD800.png' }, 400, 'invalid-name'],
    ['a kind that does not exist', { kind: 'selfie' }, 400, 'invalid-request'],
    ['a short checksum', { sha256: 'ab' }, 400, 'invalid-request'],
    ['somebody else as owner', { owner: 'grace' }, 400, 'invalid-request'],
  ];
  for (const [what, more, status, code] of refusals) {
    it(`refuses to begin with ${what}, alone and in a batch with a good one`, async () => {
      expect(await outcome(begin(asked(onePixelPng, more)))).toEqual([status, code]);
      const response = await server.call('POST', '/api/resources/uploads/batch', {
        as: ada,
        body: { uploads: [asked(), asked(onePixelPng, more)] },
      });
      const { results } = (await response.json()) as { results: [Begun, { error: { code: string } }] };
      expect(results[1].error.code).toBe(code);
      expect((await send(results[0])).status).toBe(200);
      expect((await complete(results[0].id)).status).toBe(200);
    });
  }

  it('names the entry of a batch that it refuses', async () => {
    const response = await server.call('POST', '/api/resources/uploads/batch', {
      as: ada,
      body: {
        uploads: [asked(), asked(onePixelPng, { label: 'a\nb' }), asked(onePixelPng, { size: 'x' }), 7],
      },
    });
    const { results } = (await response.json()) as { results: { error?: { detail: string } }[] };
    expect(results.map(({ error }) => error?.detail.split(':')[0])).toEqual([
      ...[undefined, 'body.uploads[1].label', 'body.uploads[2].size', 'body.uploads[3]'],
    ]);
  });

  it('is sent, cancelled, swept, deleted and completed at the same time without a deadlock', async () => {
    const upload = await begun();
    const outcomes = await Promise.all([
      ...[1, 2].map(() => send(upload)),
      ...[1, 2].map(() => complete(upload.id)),
      ...[1, 2].map(() => cancel(upload.uploadId)),
      server.call('DELETE', `/api/resources/${upload.id}`, { as: ada }),
      server.call('DELETE', `/api/resources/${upload.id}`, { as: ada }),
    ]);
    for (const { status } of outcomes) expect(status).toBeLessThan(500);
    expect(server.logged.join('')).not.toContain('deadlock');
  });

  it('is sent while somebody has its resource, without keeping the upload from them', async () => {
    const upload = await begun();
    const other = await server.database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM resources WHERE id = $1 FOR UPDATE', [upload.id]);
      const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const waiting = `SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))`;
      const sending = send(upload);
      while ((await server.database.pool.query(waiting, [rows[0]!.pid])).rowCount === 0) await sleep(10);
      // In the order of whoever deletes, cancels or completes.
      await other.query('SELECT FROM uploads WHERE id = $1 FOR UPDATE NOWAIT', [upload.uploadId]);
      await other.query('COMMIT');
      expect((await sending).status).toBe(200);
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    expect((await complete(upload.id)).status).toBe(200);
  });

  it('is taken by one call however long that takes, and waited for by others', async () => {
    const upload = await begun();
    await send(upload);
    const { assembly, database } = server;
    const { ownerKeys: keys, blobs, leftovers } = assembly;
    let taken = 0;
    const until = async (condition: string): Promise<void> => {
      const sql = `SELECT FROM uploads WHERE id = $1 AND ${condition}`;
      while ((await database.pool.query(sql, [upload.uploadId])).rowCount === 0) await sleep(10);
    };
    const completion = () =>
      new UploadCompletion({
        ...{ ...assembly, keys, prolongMs: 20, clearDiscarded: () => void leftovers.clearDiscarded() },
        resumable: undefined as never,
        blobs: Object.assign(Object.create(blobs) as BlobStore, {
          incoming: Object.assign(Object.create(blobs.incoming) as IncomingBlobs, {
            take: async (...order: Parameters<IncomingBlobs['take']>) => {
              taken += 1;
              // As if half a minute had almost passed.
              const nearlyOver = `UPDATE uploads SET taking_until = now() + INTERVAL '9 seconds' WHERE id = $1`;
              await database.pool.query(nearlyOver, [upload.uploadId]);
              await until(`taking_until > now() + INTERVAL '20 seconds'`);
              return blobs.incoming.take(...order);
            },
          }),
        }),
      });
    const owner = { ...ada, tenantId: 'default' } as never;
    // As two servers do.
    await Promise.all([1, 2].map(() => completion().complete(owner, upload.id)));
    expect([taken, await stateOf(upload.id)]).toEqual([1, 'completed']);
  });

  describe('that somebody completes again while it is verified', () => {
    let examined: number;
    let measured: number;
    let meanwhile: () => Promise<unknown>;
    const owner = { ...ada, tenantId: 'default' } as never;
    const newCompletion = (patienceMs?: number, incoming: Partial<IncomingBlobs> = {}): UploadCompletion => {
      const { ownerKeys: keys, leftovers, blobs, ...assembly } = server.assembly;
      return new UploadCompletion({
        ...{ ...assembly, keys, resumable: undefined as never, ...(patienceMs ? { patienceMs } : {}) },
        clearDiscarded: () => void leftovers.clearDiscarded(),
        blobs: Object.assign(Object.create(blobs) as BlobStore, {
          incoming: Object.assign(Object.create(blobs.incoming) as IncomingBlobs, incoming),
          get: (...order: Parameters<BlobStore['get']>) => {
            // Whole; what examines reads parts.
            if (!order[1]) measured += 1;
            return blobs.get(...order);
          },
        }),
        examiner: Object.assign(Object.create(server.assembly.examiner) as Examiner, {
          examine: async (...order: Parameters<Examiner['examine']>) => {
            examined += 1;
            await meanwhile();
            return server.assembly.examiner.examine(...order);
          },
        }),
      });
    };
    const arrivedUpload = async (): Promise<Begun> => {
      const upload = await begun();
      await send(upload);
      return upload;
    };
    beforeEach(() => {
      examined = measured = 0;
      meanwhile = () => Promise.resolve();
    });

    it('is verified once, here and at other servers', async () => {
      const upload = await arrivedUpload();
      const [here, there] = [newCompletion(), newCompletion()];
      let others: Promise<unknown> = Promise.resolve();
      meanwhile = async () => {
        meanwhile = () => Promise.resolve();
        others = Promise.all([here, here, there, there].map((one) => one.complete(owner, upload.id)));
        // Long enough for them to begin.
        await sleep(300);
      };
      await here.complete(owner, upload.id);
      await others;
      expect([examined, await stateOf(upload.id)]).toEqual([1, 'completed']);
    });

    it('is not waited for without end', async () => {
      const upload = await arrivedUpload();
      const [here, there] = [newCompletion(20), newCompletion(20)];
      const codes: unknown[] = [];
      meanwhile = async () => {
        for (const one of [here, there])
          await one.complete(owner, upload.id).catch((error: Problem) => codes.push(error.code));
      };
      await here.complete(owner, upload.id);
      expect([codes, examined]).toEqual([['upload-busy', 'upload-busy'], 1]);
    });

    it('goes on at once where a call has failed, measured again by one of those who ask', async () => {
      const upload = await arrivedUpload();
      meanwhile = () => Promise.reject(new Error('the scanner is away'));
      await expectAsync(newCompletion().complete(owner, upload.id)).toBeRejectedWithError(
        'the scanner is away',
      );
      meanwhile = () => sleep(200);
      await Promise.all([1, 2, 3].map(() => newCompletion().complete(owner, upload.id)));
      expect([examined, measured, await stateOf(upload.id)]).toEqual([2, 1, 'completed']);
    });

    it('is incomplete for nobody who asks after the file has arrived', async () => {
      const upload = await begun();
      let late: Promise<unknown> = Promise.resolve();
      let looked = 0;
      const { incoming } = server.assembly.blobs;
      const here = newCompletion(undefined, {
        head: async (id) => {
          const found = await incoming.head(id);
          looked += 1;
          if (looked > 1) return found;
          await send(upload);
          late = here.complete(owner, upload.id);
          await sleep(100);
          return found;
        },
      });
      const early = await here.complete(owner, upload.id).catch((error: Problem) => error.code);
      await late;
      expect(early).toBe('upload-incomplete');
      expect(await stateOf(upload.id)).toBe('completed');
    });
  });

  it('begins a hundred at once, and no more', async () => {
    const batch = (n: number): Promise<Response> =>
      server.call('POST', '/api/resources/uploads/batch', {
        as: ada,
        body: { uploads: Array.from({ length: n }, () => asked()) },
      });
    const { results } = (await (await batch(100)).json()) as { results: Begun[] };
    expect(new Set(results.map(({ uploadId }) => uploadId)).size).toBe(100);
    expect(await outcome(batch(101))).toEqual([400, 'invalid-request']);
    expect(await outcome(batch(0))).toEqual([400, 'invalid-request']);
  });

  it('is nobody else’s: no other person, tenant, or role completes or cancels it', async () => {
    const upload = await begun(onePixelPng, { kind: 'document' });
    await send(upload);
    const others = [grace, { ...ada, tenantId: 'elsewhere' }, admin];
    for (const other of others) {
      expect(await outcome(complete(upload.id, other))).toEqual([404, 'not-found']);
      expect(await outcome(cancel(upload.uploadId, other))).toEqual([200, '']);
    }
    const reader = { id: 'ada', roles: ['DOC_VIEW'] };
    expect(await outcome(begin(asked(), reader))).toEqual([403, 'forbidden']);
    expect(await outcome(complete(upload.id, reader))).toEqual([403, 'forbidden']);
    expect(await outcome(cancel(upload.uploadId, reader))).toEqual([403, 'forbidden']);
    expect((await complete(upload.id)).status).toBe(200);
  });

  it('leaves nothing when it is cancelled, and cannot be completed then', async () => {
    const upload = await begun();
    await send(upload);
    expect((await cancel(upload.uploadId)).status).toBe(200);
    expect((await cancel(upload.uploadId)).status).toBe(200);
    expect(await stateOf(upload.id)).toBeUndefined();
    expect(arrived(upload.uploadId)).toBeFalse();
    expect(await outcome(send(upload))).toEqual([404, 'not-found']);
    expect(await outcome(complete(upload.id))).toEqual([404, 'not-found']);
    const cancelled = await server.auditRows('upload-cancelled');
    expect(cancelled.filter((row) => row['resource_id'] === upload.id).length).toBe(1);
  });

  it('is swept with its bytes when nobody completes it; what is complete stays', async () => {
    const abandoned = await begun();
    const finished = await begun();
    for (const upload of [abandoned, finished]) await send(upload);
    await complete(finished.id);
    await server.database.pool.query(
      `UPDATE uploads SET expires_at = now() - INTERVAL '1 day' WHERE id = ANY($1)`,
      [[abandoned.uploadId, finished.uploadId]],
    );
    await server.assembly.uploads.ends.sweep();
    expect([await stateOf(abandoned.id), await stateOf(finished.id)]).toEqual([undefined, 'completed']);
    expect(arrived(abandoned.uploadId)).toBeFalse();
    const { rowCount } = await server.database.pool.query('SELECT FROM uploads WHERE id = ANY($1)', [
      [abandoned.uploadId, finished.uploadId],
    ]);
    expect(rowCount).toBe(0);
    expect((await server.auditRows('upload-expired')).length).toBe(1);
    expect((await complete(finished.id)).status).toBe(200);
  });

  it('of somebody who was revoked meanwhile is not completed', async () => {
    const leaver = { id: 'leaver', roles: ['tenantMember'] };
    const upload = await begun(onePixelPng, {}, leaver);
    await send(upload);
    await (
      await server.assembly.ownerKeys.revokeSignatureKey({
        ...{ tenantId: 'default', ownerId: 'leaver', actor: 'test' },
      })
    ).receipt;
    expect(await outcome(complete(upload.id, leaver))).toEqual([403, 'owner-revoked']);
    expect(await outcome(begin(asked(), leaver))).toEqual([403, 'owner-revoked']);
    await server.assembly.uploads.ends.forgetOwner('default', 'leaver');
    expect(arrived(upload.uploadId)).toBeFalse();
  });

  it('writes no signature of a form into the log', async () => {
    const upload = await begun();
    await send(upload, onePixelPng, { policy: 'x' });
    await send(upload);
    expect(server.logged.join('')).not.toContain(upload.fields['signature']!);
  });
});
