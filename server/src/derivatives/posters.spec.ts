import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { Receipt } from '../leases/receipts.ts';
import { onePixelPng } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { CDN, keysIn, secondServer } from './testing/second-server.ts';

const clip = (): Promise<Buffer> => readFile(new URL('../samples/video/clip.webm', import.meta.url));

describe('Posters of films', () => {
  let server: TestServer;
  let film: { id: string; path: string };

  beforeAll(async () => {
    server = await TestServer.start({ derivativesAtOnce: 1 });
  });
  beforeEach(async () => {
    film = await addFilm();
  });
  afterAll(() => server.stop());

  const add = async (body: Uint8Array, type: string, kind: string, as = ada) => {
    const headers = { 'content-type': type };
    const sent = await server.call('POST', `/api/resources?kind=${kind}&name=mine`, { as, body, headers });
    return (await sent.json()) as { id: string; path: string };
  };
  const addFilm = async (as = ada, kind = 'video') => add(await clip(), 'video/webm', kind, as);
  const picture = (background: string, width = 400): Promise<Buffer> =>
    sharp({ create: { width, height: width / 2, channels: 3, background } })
      .jpeg()
      .toBuffer();
  const put = (
    body: Uint8Array | string,
    { as = ada, id = film.id, type = 'image/jpeg' }: { as?: TestPerson; id?: string; type?: string } = {},
  ) => server.call('PUT', `/api/resources/${id}/poster`, { as, body, headers: { 'content-type': type } });
  const codeOf = async (answer: Response) => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];
  const red = async (answer: Response): Promise<number | undefined> =>
    (
      await sharp(Buffer.from(await answer.arrayBuffer()))
        .raw()
        .toBuffer()
    )[0];
  /** Of what is made of the film, and of its poster. */
  const names = async () => {
    const { rows } = await server.database.pool.query<{ name: string }>(
      `SELECT d.name FROM derivatives d LEFT JOIN derivatives p ON p.object_key = d.source_key
         JOIN resources r ON r.object_key IN (d.source_key, p.source_key) WHERE r.id = $1 ORDER BY d.name`,
      [film.id],
    );
    return rows.map(({ name }) => name);
  };
  /** In the store there is what rows know, and nothing else. */
  const expectNothingElse = async (): Promise<void> => {
    const { rows } = await server.database.pool.query<{ key: string }>(
      'SELECT object_key AS key FROM derivatives UNION SELECT object_key FROM resources',
    );
    expect((await keysIn(server.assembly.blobs)).sort()).toEqual(rows.map(({ key }) => key).sort());
  };
  const objects = async () => (await keysIn(server.assembly.blobs)).length;
  const overwrite = async (id: string, as = ada) => {
    const headers = { 'content-type': 'video/webm' };
    return server.call('PUT', `/api/resources/${id}/content`, { as, body: await clip(), headers });
  };
  const usage = async (as: TestPerson): Promise<[number, number]> => {
    const { user } = (await (await server.call('GET', '/api/usage', { as })).json()) as {
      user: { resources: number; bytes: number };
    };
    return [user.resources, user.bytes];
  };
  const act = (path: string, as: TestPerson, body: object = {}) =>
    server.call('POST', `/api${path}`, { as, body });

  it('are what smaller pictures of a film are made of; the first one ends no URL', async () => {
    const before = await server.sign(film.path);
    const early = await server.sign(`${film.path}/~320.webp`);
    const stored = await put(await picture('#f00'));
    const { id, contentType, size } = (await stored.json()) as Record<string, unknown>;
    expect([stored.status, id, contentType]).toEqual([201, film.id, 'image/jpeg']);
    expect(size).toBeGreaterThan(100);
    expect(await red(await fetch(early))).toBeGreaterThan(240);
    expect((await fetch(before)).status).toBe(200);
    expect(await names()).toEqual(['320.webp', 'poster']);
  });

  it('that take the place of others end the old URLs of the film and its pictures, with the receipt of an overwriting', async () => {
    await put(await picture('#f00'));
    const [whole, small, late] = [
      await server.sign(film.path),
      await server.sign(`${film.path}/~320.webp`),
      await server.sign(`${film.path}/~640.webp`),
    ];
    expect(await red(await fetch(small))).toBeGreaterThan(240);
    await server.assembly.leftovers.clear();
    const before = await objects();
    const receipt = (await (await put(await picture('#00f'), { as: admin })).json()) as Receipt;
    expect(receipt.acknowledged.length + receipt.lapsed.length).toBeGreaterThan(0);
    const { rows } = await server.database.pool.query(
      'SELECT r.change, r.subject, l.paths FROM epoch_log l JOIN receipts r ON r.epoch = l.n WHERE l.n = $1',
      [receipt.epoch],
    );
    expect(rows).toEqual([{ change: 'path-overwritten', subject: film.id, paths: [film.path] }]);
    for (const url of [whole, small, late]) expect((await fetch(url)).status).toBe(403);
    expect(await red(await fetch(await server.sign(`${film.path}/~320.webp`)))).toBeLessThan(15);
    await server.assembly.leftovers.clear();
    expect([await names(), await objects()]).toEqual([['320.webp', 'poster'], before]);
    const events = (await server.auditRows('poster-stored')).slice(-2);
    expect(events.map((row) => [row['resource_path'], row['actor'], row['owner']])).toEqual([
      [film.path, 'ada', 'ada'],
      [film.path, 'admin', 'ada'],
    ]);
    expect(Number(events[1]?.['bytes'])).toBeGreaterThan(100);
  });

  it('and the length of the film are the owner’s to send, and go when the film is overwritten', async () => {
    await put(await picture('#0f0'));
    const edit = await server.call('PATCH', `/api/resources/${film.id}`, {
      as: ada,
      body: { durationMs: 4200 },
    });
    expect(((await edit.json()) as { durationMs: number }).durationMs).toBe(4200);
    for (const durationMs of [0, -1, 1.5, '4', 2 ** 31]) {
      const wrong = await server.call('PATCH', `/api/resources/${film.id}`, {
        as: ada,
        body: { durationMs },
      });
      expect(await codeOf(wrong)).toEqual([400, 'invalid-request']);
    }
    await overwrite(film.id);
    await server.assembly.leftovers.clear();
    expect(await names()).toEqual([]);
    const shown = await server.call('GET', `/api/resources/${film.id}`, { as: ada });
    expect(((await shown.json()) as { durationMs: unknown }).durationMs).toBeNull();
    expect(await codeOf(await fetch(await server.sign(`${film.path}/~320.webp`)))).toEqual([
      404,
      'poster-missing',
    ]);
  });

  it('are refused when they are none, of what is none, and from those whose film it is not', async () => {
    const text = await add(Buffer.from('words'), 'text/plain', 'document');
    expect(await codeOf(await put(onePixelPng, { id: text.id, type: 'image/png' }))).toEqual([
      422,
      'not-a-film',
    ]);
    expect(await codeOf(await put(onePixelPng))).toEqual([415, 'content-mismatch']);
    expect(await codeOf(await put('words', { type: 'text/plain' }))).toEqual([415, 'unsupported-type']);
    expect(await codeOf(await put('', { type: 'image/png' }))).toEqual([400, 'empty-upload']);
    const heavy = Buffer.concat([await picture('#f00'), Buffer.alloc(10 * 1024 * 1024)]);
    expect(await codeOf(await put(heavy))).toEqual([413, 'too-large']);
    expect(await codeOf(await put(onePixelPng, { as: grace, type: 'image/png' }))).toEqual([
      403,
      'forbidden',
    ]);
    const strangers = { ...ada, tenantId: 'other' };
    expect(await codeOf(await put(onePixelPng, { as: strangers, type: 'image/png' }))).toEqual([
      404,
      'not-found',
    ]);
    expect(await codeOf(await put(onePixelPng, { id: '../x', type: 'image/png' }))).toEqual([
      404,
      'not-found',
    ]);
    expect(await codeOf(await put(onePixelPng, { id: 'x'.repeat(65) }))).toEqual([400, 'invalid-request']);
    const nobody = await server.call('PUT', `/api/resources/${film.id}/poster`, { body: onePixelPng });
    expect(await codeOf(nobody)).toEqual([401, 'sign-in-required']);
  });

  it('are sent by who may send bytes: owners who upload, and for others who may overwrite', async () => {
    const pictured = await picture('#0ff');
    const status = async (as: TestPerson) => (await put(pictured, { as })).status;
    expect((await put(pictured)).status).toBe(201);
    expect(await status({ id: 'edits', roles: ['DOC_VIEWALL', 'DOC_UPL'] })).toBe(403);
    expect(await status({ id: 'ada', roles: ['DOC_VIEW'] })).toBe(403);
    expect(await status({ id: 'uploads', roles: ['DOC_UPLALL'] })).toBe(200);
  });

  it('count for the owner of the film like its bytes, whatever becomes of it, and need room', async () => {
    const of = (id: string, role = 'tenantMember'): TestPerson => ({ id, tenantId: 'films', roles: [role] });
    const [fia, gil, boss] = [of('fia'), of('gil'), of('boss', 'tenantAdmin')];
    const own = await addFilm(fia, 'document');
    const bytes = (await clip()).length;
    const sent = [await picture('#f00', 300), await picture('#00f', 900)] as const;
    const sizes = [sent[0].length, sent[1].length] as const;
    const illustrate = (body: Uint8Array, as = fia) => put(body, { as, id: own.id });
    await server.database.pool.query(
      `INSERT INTO tenant_quotas (tenant_id, user_bytes) VALUES ('films', $1)`,
      [bytes + sizes[1]],
    );
    const none = (await keysIn(server.assembly.blobs)).length;
    await server.database.pool.query(`UPDATE tenant_quotas SET user_bytes = $1`, [bytes + sizes[0] - 1]);
    expect(await codeOf(await illustrate(sent[0]))).toEqual([413, 'quota-exceeded']);
    await server.database.pool.query(`UPDATE tenant_quotas SET user_bytes = $1`, [bytes + sizes[0]]);
    expect((await illustrate(sent[0])).status).toBe(201);
    expect(await usage(fia)).toEqual([1, bytes + sizes[0]]);
    await server.database.pool.query(`UPDATE tenant_quotas SET user_bytes = $1`, [bytes + sizes[1] - 1]);
    expect(await codeOf(await illustrate(sent[1], boss))).toEqual([413, 'quota-exceeded']);
    await server.database.pool.query(`UPDATE tenant_quotas SET user_bytes = $1`, [bytes + sizes[1]]);
    expect((await illustrate(sent[1], boss)).status).toBe(200);
    expect(await usage(fia)).toEqual([1, bytes + sizes[1]]);
    await server.assembly.leftovers.clear();
    expect((await keysIn(server.assembly.blobs)).length).toBe(none + 1);
    await server.database.pool.query('DELETE FROM tenant_quotas');

    // A document that is overwritten is kept with its poster, and so it comes back.
    expect((await overwrite(own.id, fia)).status).toBe(200);
    expect(await usage(fia)).toEqual([1, 2 * bytes + sizes[1]]);
    expect((await act(`/resources/${own.id}/versions/1/restore`, fia)).status).toBe(200);
    expect(await usage(fia)).toEqual([1, 2 * bytes + sizes[1]]);
    expect(await red(await fetch(await server.sign(`${own.path}/~160.webp`, fia)))).toBeLessThan(15);
    await addFilm(gil);
    expect((await act(`/resources/${own.id}/transfer`, boss, { owner: 'gil' })).status).toBe(200);
    expect([await usage(fia), await usage(gil)]).toEqual([
      [0, 0],
      [2, 3 * bytes + sizes[1]],
    ]);
    expect((await server.call('DELETE', `/api/resources/${own.id}`, { as: gil })).status).toBe(200);
    expect(await usage(gil)).toEqual([1, bytes]);
    await server.assembly.leftovers.clear();
    expect((await keysIn(server.assembly.blobs)).length).toBe(none);
  });

  it('go with the film into a collection and out of it, with the pictures that were made of them', async () => {
    const { id, path } = await addFilm();
    await put(await picture('#f00'), { id });
    await fetch(await server.sign(`${path}/~160.webp`));
    await put(await picture('#0f0'), { id });
    const link = await server.sign(`${path}/~160.webp`);
    const first = Buffer.from(await (await fetch(link)).arrayBuffer());
    await server.assembly.leftovers.clear();
    const before = [await objects(), await usage(ada)];
    const made = await act('/collections', admin, { name: 'Films' });
    const { id: collection } = (await made.json()) as { id: string };
    await act(`/collections/${collection}/members`, admin, { members: [{ id: 'ada', role: 'SEL' }] });
    for (const [step, body] of [
      ['assign', { collection }],
      ['unassign', {}],
    ] as const) {
      const moved = await act(`/resources/${id}/${step}`, ada, body);
      expect(moved.status).toBe(200);
      const { newPath } = (await moved.json()) as { newPath: string };
      await server.assembly.leftovers.clear();
      expect([await objects(), await usage(ada)]).toEqual(before);
      expect((await fetch(link)).status).toBe(403);
      // The same bytes, to the last one: it was not made again.
      const small = await fetch(await server.sign(`${newPath}/~160.webp`));
      expect(Buffer.from(await small.arrayBuffer()).equals(first)).toBeTrue();
      expect([await objects(), await usage(ada)]).toEqual(before);
    }
  });

  it('are taken of nobody who is being erased, and leave nothing in the store', async () => {
    const eve: TestPerson = { id: 'eve', roles: ['tenantMember'] };
    const own = await addFilm(eve);
    const before = await objects();
    await server.database.pool.query(`UPDATE owners SET erasing = true WHERE owner_id = 'eve'`);
    for (const as of [eve, admin])
      expect(await codeOf(await put(await picture('#f00'), { as, id: own.id }))).toEqual([
        409,
        'owner-erasing',
      ]);
    await server.database.pool.query(`UPDATE owners SET erasing = false WHERE owner_id = 'eve'`);
    expect(await objects()).toBe(before);
    // And while it begins: between the first look and the moment when the row is locked.
    for (const expected of [201, 200]) {
      const connection = await server.database.pool.connect();
      await connection.query('BEGIN');
      await connection.query('SELECT FROM resources WHERE id = $1 FOR UPDATE', [own.id]);
      const late = put(await picture('#f00'), { as: eve, id: own.id });
      while (!(await isWaiting())) await sleep(10);
      await server.database.pool.query(`UPDATE owners SET erasing = true WHERE owner_id = 'eve'`);
      await connection.query('COMMIT');
      connection.release();
      expect(await codeOf(await late)).toEqual([409, 'owner-erasing']);
      await server.database.pool.query(`UPDATE owners SET erasing = false WHERE owner_id = 'eve'`);
      expect((await put(await picture('#f00'), { as: eve, id: own.id })).status).toBe(expected);
    }
    const erased = await act('/owners/eve/erase', admin, { confirm: 'eve' });
    const { certificate } = (await erased.json()) as {
      certificate: { deleted: { objects: number; derivatives: number } };
    };
    expect([certificate.deleted.objects, certificate.deleted.derivatives]).toEqual([1, 1]);
    expect(await objects()).toBe(before - 1);
  });
  const isWaiting = async (): Promise<boolean> =>
    (
      await server.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
    ).rowCount !== 0;

  for (const [what, change] of [
    ['overwritten', () => overwrite(film.id)],
    ['put into quarantine', () => act(`/resources/${film.id}/quarantine`, admin, { reason: 'spec' })],
  ] as const) {
    it(`are not those of a film that is ${what} while they are sent`, async () => {
      const { blobs } = server.assembly;
      const { promise: reached, resolve: isThere } = Promise.withResolvers<unknown>();
      const { promise: going, resolve: letGo } = Promise.withResolvers<unknown>();
      const store = blobs.put.bind(blobs);
      const spy = spyOn(blobs, 'put').and.callFake(async (...given) => {
        spy.and.callThrough();
        isThere(undefined);
        await going;
        return store(...given);
      });
      const late = put(await picture('#f00'));
      await reached;
      expect((await change()).status).toBe(200);
      letGo(undefined);
      expect(await codeOf(await late)).toEqual([404, 'not-found']);
      await server.assembly.leftovers.clear();
      expect(await names()).toEqual([]);
      await expectNothingElse();
    });
  }

  it('put there twice at once leave one, and nothing else in the store', async () => {
    const answers = await Promise.all([put(await picture('#f00')), put(await picture('#00f', 600))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    await server.assembly.leftovers.clear();
    expect(await names()).toEqual(['poster']);
    await expectNothingElse();
  });
});

describe('A server that makes no smaller pictures', () => {
  it('says so, and serves those that others have made', async () => {
    const makes = await TestServer.start({ deliveryUrl: `${CDN}/cdn` });
    const { second: not, stop } = await secondServer(makes, { derivativesAtOnce: 0 });
    try {
      await makes.addPhoto('public/team/a.png', ada);
      const url = await makes.sign('public/team/a.png/~160.webp');
      const refused = await fetch(url.replace(CDN, not.origin));
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
        501,
        'derivatives-off',
      ]);
      expect((await fetch(url.replace(CDN, makes.origin))).status).toBe(200);
      expect((await fetch(url.replace(CDN, not.origin))).status).toBe(200);
    } finally {
      await stop();
      await makes.stop();
    }
  });
});
