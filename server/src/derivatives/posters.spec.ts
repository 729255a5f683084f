import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { onePixelPng } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { CDN, keysIn, secondServer } from './testing/second-server.ts';

describe('Posters of films', () => {
  let server: TestServer;
  let film: { id: string; path: string };

  beforeAll(async () => {
    server = await TestServer.start({ derivativesAtOnce: 1 });
    const clip = await readFile(new URL('../samples/video/clip.webm', import.meta.url));
    film = await add(clip, 'video/webm', 'video');
  });
  afterAll(() => server.stop());

  const add = async (body: Uint8Array, type: string, kind: string) => {
    const headers = { 'content-type': type };
    const sent = await server.call('POST', `/api/resources?kind=${kind}&name=mine`, {
      as: ada,
      body,
      headers,
    });
    return (await sent.json()) as { id: string; path: string };
  };
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
  const names = async () =>
    (
      await server.database.pool.query<{ name: string }>('SELECT name FROM derivatives ORDER BY name')
    ).rows.map(({ name }) => name);

  it('are what smaller pictures of a film are made of, until another one takes the place', async () => {
    const stored = await put(await picture('#f00'));
    expect([stored.status, ((await stored.json()) as { contentType: string }).contentType]).toEqual([
      200,
      'image/jpeg',
    ]);
    const url = await server.sign(`${film.path}/~320.webp`);
    expect(await red(await fetch(url))).toBeGreaterThan(240);
    expect(await names()).toEqual(['320.webp', 'poster']);
    const objects = async () => (await keysIn(server.assembly.blobs)).length;
    const before = await objects();

    expect((await put(await picture('#00f'), { as: admin })).status).toBe(200);
    expect(await red(await fetch(url))).toBeLessThan(15);
    await server.assembly.leftovers.clear();
    expect([await names(), await objects()]).toEqual([['320.webp', 'poster'], before]);
    const events = (await server.auditRows('poster-stored')).slice(-2);
    expect(events.map((row) => [row['resource_path'], row['actor'], row['owner']])).toEqual([
      [film.path, 'ada', 'ada'],
      [film.path, 'admin', 'ada'],
    ]);
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
    const clip = await readFile(new URL('../samples/video/clip.webm', import.meta.url));
    const headers = { 'content-type': 'video/webm' };
    await server.call('PUT', `/api/resources/${film.id}/content`, { as: ada, body: clip, headers });
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
    expect(await codeOf(await put(Buffer.alloc(11 * 1024 * 1024, 1)))).toEqual([415, 'content-mismatch']);
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

  it('put there twice at once leave one, and nothing else in the store', async () => {
    const answers = await Promise.all([put(await picture('#f00')), put(await picture('#00f', 600))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await server.assembly.leftovers.clear();
    expect(await names()).toEqual(['poster']);
    const { rows } = await server.database.pool.query<{ key: string }>(
      'SELECT object_key AS key FROM derivatives UNION SELECT object_key FROM resources',
    );
    expect((await keysIn(server.assembly.blobs)).sort()).toEqual(rows.map(({ key }) => key).sort());
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
