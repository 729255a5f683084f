import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt } from '../leases/receipts.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

const PNG = { 'content-type': 'image/png' };

describe('changes of a resource', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    await server.addPhoto('public/team/graces.png', grace);
  });

  afterAll(() => server.stop());

  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const rowOf = async (path: string): Promise<Record<string, unknown>> => {
    const { rows } = await server.database.pool.query<Record<string, unknown>>(
      'SELECT * FROM resources WHERE path = $1',
      [path],
    );
    return rows[0] ?? {};
  };
  let made = 0;
  const add = async (bytes?: Uint8Array, folder = 'public/team'): Promise<{ path: string; id: string }> => {
    const path = `${folder}/${(made += 1)}.png`;
    await server.addPhoto(path, ada, bytes);
    return { path, id: String((await rowOf(path))['id']) };
  };
  const change = (
    method: string,
    path: string,
    as: TestPerson = admin,
    body: unknown = undefined,
    headers = {},
  ) => server.call(method, `/api${path}`, { as, body, headers });
  const receiptOf = async (answer: Promise<Response>): Promise<Receipt> => {
    const response = await answer;
    const body: unknown = await response.json();
    expect(response.status).withContext(JSON.stringify(body)).toBe(200);
    return body as Receipt;
  };
  const codeOf = async (answer: Promise<Response>): Promise<unknown> => {
    const response = await answer;
    return [response.status, ((await response.json()) as { code?: string }).code];
  };
  const isBlobThere = (key: unknown): boolean =>
    existsSync(join(server.dataDir, 'files', 'objects', String(key).slice(0, 2), String(key)));
  const eventsAbout = async (event: string, id: string) =>
    (await server.auditRows(event)).filter((row) => row['resource_id'] === id);

  it('have a receipt that whoever owns the resource, or may make such a change, reads afterwards, and nobody else', async () => {
    const { id } = await add();
    const { id: deletedId } = await add();
    const rotated = await receiptOf(change('POST', `/resources/${id}/rotate`, ada));
    const deleted = await receiptOf(change('DELETE', `/resources/${deletedId}`, ada));
    const read = (epoch: number, as: TestPerson) => change('GET', `/receipts/${epoch}`, as);
    expect(await receiptOf(read(rotated.epoch, ada))).toEqual(rotated);
    expect(await receiptOf(read(deleted.epoch, ada))).toEqual(deleted);
    expect(await receiptOf(read(rotated.epoch, admin))).toEqual(rotated);
    const uploader = { id: 'uploader', roles: ['DOC_UPLALL'] };
    for (const stranger of [
      grace,
      uploader,
      { ...ada, tenantId: 'elsewhere' },
      { ...admin, tenantId: 'elsewhere' },
    ]) {
      expect(await codeOf(read(rotated.epoch, stranger))).toEqual([404, 'not-found']);
    }
    const overwritten = await receiptOf(
      change('PUT', `/resources/${id}/content`, uploader, onePixelPng, PNG),
    );
    expect(await receiptOf(read(overwritten.epoch, uploader))).toEqual(overwritten);
    const { epoch } = await receiptOf(change('POST', '/owners/grace/revoke'));
    expect(await codeOf(read(epoch, grace))).toEqual([404, 'not-found']);
    await change('POST', '/owners/grace/reinstate');
  });

  it('rotate: old URLs are dead, new ones work, as often as it is called, and those of other paths live', async () => {
    const [{ path, id }, other] = [await add(), await add()];
    const others = await server.sign(other.path, ada, 60);
    const urls = [await server.sign(path, ada, 60)];
    const epochs = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      epochs.add((await receiptOf(change('POST', `/resources/${id}/rotate`, ada, { reason: 'leak' }))).epoch);
      expect(new Set(await Promise.all(urls.map(statusOf)))).toEqual(new Set([403]));
      urls.unshift(await server.sign(path, ada, 60));
      expect(await statusOf(urls[0]!)).toBe(200);
      expect(await server.sign(path, ada, 60)).toBe(urls[0]!);
    }
    expect([epochs.size, new Set(urls).size]).toEqual([3, 4]);
    expect(await statusOf(others)).toBe(200);
    expect(await eventsAbout('resource-rotated', id)).toEqual(
      Array(3).fill(
        jasmine.objectContaining({ actor: 'ada', owner: 'ada', reason: 'leak', resource_path: path }),
      ),
    );
    const causes = (await server.auditRows('denial')).filter((row) => row['resource_path'] === path);
    expect(new Set(causes.map((row) => row['reason']))).toEqual(new Set(['rotated']));
  });

  it('rotate: a URL that nobody signed is refused as before, whether its path was rotated or not', async () => {
    const { path, id } = await add();
    const url = new URL(await server.sign(path));
    await change('POST', `/resources/${id}/rotate`);
    const forged = new URL(await server.sign(path));
    forged.searchParams.set('sig', url.searchParams.get('sig')!);
    expect(await statusOf(forged.href)).toBe(403);
    forged.pathname = '/cdn/public/team/nothing.png';
    expect(await statusOf(forged.href)).toBe(403);
    const [denial] = (await server.auditRows('denial')).slice(-1);
    expect(denial).toEqual(jasmine.objectContaining({ reason: 'signature', signature_id: null }));
  });

  it('rotate: anonymous URLs of a rotated path are known as such', async () => {
    const { path, id } = await add();
    await change('POST', `/resources/${id}/rotate`);
    const body = { path, reason: 'r' };
    const signed = await server.call('POST', '/api/resources/sign', { body });
    expect(await statusOf(((await signed.json()) as { url: string }).url)).toBe(200);
  });

  it('overwrite: old URLs never show the new bytes, new URLs do, and the old bytes are removed', async () => {
    const { path, id } = await add();
    const old = await server.sign(path);
    await (await fetch(old)).arrayBuffer();
    const before = await rowOf(path);
    const bytes = pngOf(3000);
    const receipt = await receiptOf(change('PUT', `/resources/${id}/content`, ada, bytes, PNG));
    expect(receipt.mode).toBe('early');
    expect(await statusOf(old)).toBe(403);
    const answer = await fetch(await server.sign(path));
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array(bytes));
    const after = await rowOf(path);
    expect([after['version'], after['size'], after['id']]).toEqual([2, 3000, id]);
    expect((await eventsAbout('resource-overwritten', id)).map((row) => row['bytes'])).toEqual([3000]);
    await leftBehind();
    expect([isBlobThere(before['object_key']), isBlobThere(after['object_key'])]).toEqual([false, true]);
  });

  it('overwrite: refuses what is no picture, nothing, and too much, and leaves all as it was', async () => {
    const { path, id } = await add();
    const old = await server.sign(path);
    const before = await rowOf(path);
    const put = (body: Uint8Array, type = 'image/png', as = ada) =>
      codeOf(change('PUT', `/resources/${id}/content`, as, body, { 'content-type': type }));
    expect(await put(Buffer.from('%PDF-1.7'), 'application/pdf')).toEqual([415, 'unsupported-type']);
    expect(await put(Buffer.from('no picture'))).toEqual([415, 'content-mismatch']);
    expect(await put(new Uint8Array())).toEqual([400, 'empty-upload']);
    expect(await put(onePixelPng, 'image/png', grace)).toEqual([403, 'forbidden']);
    expect(await put(onePixelPng, '')).toEqual([400, 'invalid-request']);
    expect(await rowOf(path)).toEqual(before);
    expect(await statusOf(old)).toBe(200);
  });

  it('delete: the URL is dead, the bytes go after the receipt, and repeating it gives the same epoch', async () => {
    const { path, id } = await add();
    const old = await server.sign(path);
    const { object_key: key } = await rowOf(path);
    const receipts = await Promise.all([1, 2, 3].map(() => receiptOf(change('DELETE', `/resources/${id}`))));
    receipts.push(await receiptOf(change('DELETE', `/resources/${id}`, ada)));
    expect(new Set(receipts.map(({ epoch }) => epoch)).size).toBe(1);
    expect(await codeOf(change('DELETE', `/resources/${id}`, grace))).toEqual([404, 'not-found']);
    expect(await statusOf(old)).toBe(403);
    expect(await codeOf(change('GET', `/resources/${id}`))).toEqual([404, 'not-found']);
    await leftBehind();
    expect(isBlobThere(key)).toBe(false);
    expect((await eventsAbout('resource-deleted', id)).length).toBe(1);
  });

  it('delete: bytes that a killed server did not remove are removed at the next start', async () => {
    const { path, id } = await add();
    const { object_key: key } = await rowOf(path);
    const { blobs } = server.assembly;
    const fails = spyOn(blobs, 'delete').and.rejectWith(new Error('killed'));
    await receiptOf(change('DELETE', `/resources/${id}`));
    await leftBehind(1);
    expect([fails.calls.count() > 0, isBlobThere(key)]).toEqual([true, true]);
    fails.and.callThrough();
    // What assembling a server does.
    await server.assembly.leftovers.clear();
    expect(isBlobThere(key)).toBe(false);
    await leftBehind();
  });

  it('delete and upload again: the old URL stays dead, also when it happened twice', async () => {
    const { path, id } = await add();
    const urls = [await server.sign(path)];
    await change('DELETE', `/resources/${id}`);
    for (let round = 0; round < 2; round += 1) {
      await server.addPhoto(path, ada);
      const fresh = await server.sign(path);
      expect(await statusOf(fresh)).toBe(200);
      expect(new Set(await Promise.all(urls.map(statusOf)))).toEqual(new Set([403]));
      urls.push(fresh);
      await change('DELETE', `/resources/${String((await rowOf(path))['id'])}`);
    }
  });

  it('delete and upload at once: whichever is first, no URL from before opens what is there now', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { path, id } = await add();
      const old = await server.sign(path);
      const again = async (): Promise<void> => {
        for (;;) {
          const done = await server.addPhoto(path, ada).then(
            () => true,
            () => false,
          );
          if (done) return;
        }
      };
      await Promise.all([change('DELETE', `/resources/${id}`), again()]);
      expect((await rowOf(path))['rotation']).toBe(1);
      expect(await statusOf(old)).toBe(403);
      expect(await statusOf(await server.sign(path))).toBe(200);
    }
  });

  it('transfer: old URLs die, new ones are signed with the key of the new owner, both find it in the audit', async () => {
    const { path, id } = await add();
    const old = await server.sign(path);
    const kidOf = (url: string) => new URL(url).searchParams.get('kid');
    const give = (owner: string) =>
      change('POST', `/resources/${id}/transfer`, admin, { owner, reason: 'left' });
    const { epoch } = await receiptOf(give('grace'));
    expect((await receiptOf(give('grace'))).epoch).toBe(epoch);
    expect(await statusOf(old)).toBe(403);
    const fresh = await server.sign(path);
    expect(await statusOf(fresh)).toBe(200);
    expect(kidOf(fresh)).not.toBe(kidOf(old));
    expect((await eventsAbout('resource-transferred', id)).map((row) => row['owner'])).toEqual(['ada']);
    expect((await eventsAbout('resource-received', id)).map((row) => row['owner'])).toEqual(['grace']);
    await receiptOf(give('ada'));
    for (const url of [old, fresh]) expect(await statusOf(url)).toBe(403);
    expect(kidOf(await server.sign(path))).toBe(kidOf(old));
  });

  it('transfer: refuses an owner who is unknown, revoked or has it already, and everybody without the permission', async () => {
    const { path, id } = await add();
    await server.addPhoto('public/team/mals.png', { id: 'mal' });
    await server.call('POST', '/api/owners/mal/revoke', { as: admin });
    const give = (owner: unknown, as = admin) =>
      codeOf(change('POST', `/resources/${id}/transfer`, as, { owner }));
    expect(await give('nobody')).toEqual([404, 'unknown-owner']);
    expect(await give('mal')).toEqual([403, 'owner-revoked']);
    expect(await give('ada')).toEqual([409, 'already-owner']);
    for (const owner of ['', 7, null, 'x'.repeat(256), ['grace']]) {
      expect(await give(owner)).toEqual([400, 'invalid-request']);
    }
    expect(await give('grace', ada)).toEqual([403, 'forbidden']);
    expect((await rowOf(path))['owner_id']).toBe('ada');
  });

  it('are refused to an owner who was revoked, and allowed to an administrator', async () => {
    // Whoever gets it has to be known.
    await add();
    const path = 'public/team/leavers.png';
    const leaver = { id: 'leaver', roles: ['tenantMember'] };
    await server.addPhoto(path, leaver);
    const id = String((await rowOf(path))['id']);
    await server.call('POST', '/api/owners/leaver/revoke', { as: admin });
    for (const [method, call] of [
      ['DELETE', ''],
      ['POST', '/rotate'],
    ] as const) {
      expect(await codeOf(change(method, `/resources/${id}${call}`, leaver))).toEqual([403, 'owner-revoked']);
    }
    await receiptOf(change('POST', `/resources/${id}/transfer`, admin, { owner: 'ada' }));
    expect(await statusOf(await server.sign(path))).toBe(200);
  });

  it('give a resource to somebody who never had one, and new URLs work', async () => {
    const { path, id } = await add();
    await server.assembly.intake.handleOf({ tenantId: 'default', id: 'newcomer', name: 'Newcomer' });
    await receiptOf(change('POST', `/resources/${id}/transfer`, admin, { owner: 'newcomer' }));
    expect(await statusOf(await server.sign(path))).toBe(200);
  });

  it('do not tell whether a private resource is there', async () => {
    const { id } = await add(undefined, 'users/ada/documents');
    for (const [method, call, body, headers] of [
      ['DELETE', '', undefined, {}],
      ['POST', '/rotate', {}, {}],
      ['PUT', '/content', onePixelPng, PNG],
    ] as const) {
      for (const which of [id, 'res_nothing']) {
        const answer = codeOf(change(method, `/resources/${which}${call}`, grace, body, headers));
        expect(await answer)
          .withContext(method)
          .toEqual([404, 'not-found']);
      }
    }
  });

  it('count what would end, and change nothing, with dryRun', async () => {
    const { path, id } = await add();
    const urls = [await server.sign(path), await server.sign(path, grace)];
    const preview = { dryRun: true, resources: 1, urls: 2 };
    for (const [method, call, body] of [
      ['DELETE', '', undefined],
      ['POST', '/rotate', {}],
      ['POST', '/transfer', { owner: 'grace' }],
    ] as const) {
      const answer = await change(method, `/resources/${id}${call}?dryRun=true`, admin, body);
      expect(await answer.json())
        .withContext(call)
        .toEqual(preview);
    }
    for (const url of urls) expect(await statusOf(url)).toBe(200);
  });

  it('a prefix: every URL under it dies with one receipt, new ones work, and its neighbours live', async () => {
    const inside = await Promise.all([1, 2, 3].map(() => add(undefined, 'public/gallery')));
    const outside = await add(undefined, 'public/gallerysecond');
    const all = await Promise.all(inside.map(({ path }) => server.sign(path)));
    const other = await server.sign(outside.path);
    const call = (prefix: unknown, query = '', as = admin) =>
      change('POST', `/paths/revoke${query}`, as, { prefix, reason: 'takedown' });
    const preview = await call('public/gallery/', '?dryRun=true');
    expect(await preview.json()).toEqual({ dryRun: true, resources: 3, urls: 3 });
    for (const url of [...all, other]) expect(await statusOf(url)).toBe(200);
    const { epoch } = await receiptOf(call('public/gallery/'));
    expect(new Set(await Promise.all(all.map(statusOf)))).toEqual(new Set([403]));
    expect(await statusOf(other)).toBe(200);
    for (const { path } of inside) expect(await statusOf(await server.sign(path))).toBe(200);
    const { rows } = await server.database.pool.query('SELECT prefixes FROM epoch_log WHERE n = $1', [epoch]);
    expect(rows).toEqual([{ prefixes: ['public/gallery/'] }]);
    expect(await codeOf(call('public/nothing/'))).toEqual([404, 'not-found']);
    for (const prefix of ['', '/public', 'a\u0000', 'Zoe\u0308', 7, 'x'.repeat(1025)]) {
      expect(await codeOf(call(prefix))).toEqual([400, 'invalid-request']);
    }
    expect(await codeOf(call('public/', '', ada))).toEqual([403, 'forbidden']);
  });

  it('a prefix: kills what was signed before the call, while uploads go on', async () => {
    const urls: string[] = [];
    const upload = async (): Promise<void> => {
      for (let round = 0; round < 6; round += 1) {
        urls.push(await server.sign((await add(undefined, 'public/race')).path));
      }
    };
    await upload();
    const before = [...urls];
    const uploading = Promise.all([upload(), upload()]);
    await receiptOf(change('POST', '/paths/revoke', admin, { prefix: 'public/race/' }));
    await uploading;
    expect(new Set(await Promise.all(before.map(statusOf)))).toEqual(new Set([403]));
    const { rows } = await server.database.pool.query<{ path: string }>(
      "SELECT path FROM resources WHERE path LIKE 'public/race/%'",
    );
    expect(rows.length).toBe(18);
    for (const { path } of rows) expect(await statusOf(await server.sign(path))).toBe(200);
  });

  it('cut the responses under way', async () => {
    const large = pngOf(20_000_000);
    const [one, two] = [await add(large), await add(large, 'public/cut')];
    const begin = async (path: string) => {
      const reader = (await fetch(await server.sign(path))).body!.getReader();
      await reader.read();
      return async (): Promise<void> => {
        while (!(await reader.read()).done);
      };
    };
    const [first, second] = [await begin(one.path), await begin(two.path)];
    await receiptOf(change('POST', `/resources/${one.id}/rotate`));
    await receiptOf(change('POST', '/paths/revoke', admin, { prefix: 'public/cut/' }));
    await expectAsync(first()).toBeRejected();
    await expectAsync(second()).toBeRejected();
  });

  /** Waits until the table of discarded objects holds so many. */
  async function leftBehind(most = 0): Promise<void> {
    for (;;) {
      await server.assembly.leftovers.clear();
      const { rows } = await server.database.pool.query('SELECT FROM discarded_blobs');
      if (rows.length <= most) return;
    }
  }
});
