import sharp from 'sharp';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { CDN, secondServer } from './testing/second-server.ts';

interface Signed {
  url: string;
  signatureId: string;
}

/** A photo that lies on its side: 1000 x 2000 pixels, shown 2000 x 1000, with the place where it was taken. */
const photo = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 1000, height: 2000, channels: 3, background } })
    .withExif({ IFD0: { Artist: 'Ada' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

describe('Smaller pictures', () => {
  let server: TestServer;
  let other: TestServer;
  let stopOther: () => Promise<void>;
  const hedy: TestPerson = { id: 'hedy', roles: ['tenantMember'] };

  beforeAll(async () => {
    server = await TestServer.start({ deliveryUrl: `${CDN}/cdn` });
    ({ second: other, stop: stopOther } = await secondServer(server));
  });
  afterAll(async () => {
    await stopOther();
    await server.stop();
  });

  const add = async (
    bytes: Uint8Array,
    {
      as = ada,
      type = 'image/jpeg',
      kind = 'document',
    }: { as?: TestPerson; type?: string; kind?: string } = {},
  ): Promise<{ id: string; path: string }> => {
    const headers = { 'content-type': type };
    const sent = await server.call('POST', `/api/resources?kind=${kind}&name=mine`, {
      as,
      body: bytes,
      headers,
    });
    return (await sent.json()) as { id: string; path: string };
  };
  const sign = (body: object, as: TestPerson = ada) =>
    server.call('POST', '/api/resources/sign', { as, body: { reason: 'spec', ...body } });
  const signed = async (body: object, as?: TestPerson): Promise<Signed> => {
    const answer = await sign(body, as);
    if (answer.status !== 200) throw new Error(await answer.text());
    return (await answer.json()) as Signed;
  };
  const open = ({ url }: { url: string }, at: TestServer = server, init?: RequestInit) =>
    fetch(url.replace(CDN, at.origin), init);
  const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
  const codeOf = async (answer: Response) => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];
  const rowsOf = async () =>
    (
      await server.database.pool.query<{ name: string; object_key: string; source_key: string }>(
        'SELECT name, object_key, source_key FROM derivatives',
      )
    ).rows;
  const has = async (key: string) => (await server.assembly.blobs.head(key)) !== undefined;
  const act = (path: string, body: object = { reason: 'spec' }, method = 'POST') =>
    server.call(method, `/api${path}`, { as: admin, body });

  it('are upright, as wide as asked for, in the format asked for, and say nothing of where they were taken', async () => {
    const { path } = await add(await photo('#369'));
    for (const [width, format, expected] of [
      [320, undefined, 'webp'],
      [160, 'avif', 'heif'],
      [1280, 'webp', 'webp'],
    ] as const) {
      const { url } = await signed({ path, width, ...(format ? { format } : {}) });
      const answer = await open({ url });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `image/${format ?? 'webp'}`]);
      const found = await sharp(await bytesOf(answer)).metadata();
      expect([found.width, found.height, found.format as string]).toEqual([width, width / 2, expected]);
      expect([found.exif, found.xmp, found.orientation]).toEqual([undefined, undefined, undefined]);
    }
    const original = await open(await signed({ path }));
    expect((await sharp(await bytesOf(original)).metadata()).exif).toBeDefined();
  });

  it('are the first picture of an animation, never wider than it, and never so high that nothing else fits', async () => {
    const frames = Buffer.concat([Buffer.alloc(90 * 60 * 3, 250), Buffer.alloc(90 * 60 * 3, 5)]);
    const raw = { width: 90, height: 120, channels: 3, pageHeight: 60 } as const;
    const gif = await sharp(frames, { raw })
      .gif({ loop: 0, delay: [100, 100] })
      .toBuffer();
    const { path } = await add(gif, { type: 'image/gif' });
    const small = await bytesOf(await open(await signed({ path, width: 320 })));
    const { width, height, pages } = await sharp(small).metadata();
    expect([width, height, pages ?? 1]).toEqual([90, 60, 1]);
    expect((await sharp(small).raw().toBuffer())[0]).toBeGreaterThan(200);

    const strip = await sharp({ create: { width: 10, height: 8000, channels: 3, background: '#123' } })
      .png()
      .toBuffer();
    const high = await add(strip, { type: 'image/png' });
    const found = await sharp(
      await bytesOf(await open(await signed({ path: high.path, width: 160 }))),
    ).metadata();
    expect(found.height).toBe(640);
  });

  it('are signed by width or by their path, alone or with others, and are headers, ranges and 304 like the rest', async () => {
    const { path } = await add(await photo('#963'));
    const { url } = await signed({ path, width: 640 });
    expect(new URL(url).pathname).toBe(`/cdn/${path}/~640.webp`);
    expect((await signed({ path: `${path}/~640.webp` })).url).toBe(url);
    const batch = await server.call('POST', '/api/resources/sign/batch', {
      as: ada,
      body: {
        resources: [
          { path, reason: 'spec', width: 640 },
          { path, reason: 'spec', format: 'avif' },
        ],
      },
    });
    const { results } = (await batch.json()) as { results: [Signed, { error: { code: string } }] };
    expect([results[0].url, results[1].error.code]).toEqual([url, 'invalid-request']);

    const whole = await open({ url });
    const bytes = await bytesOf(whole);
    const etag = whole.headers.get('etag') ?? '';
    expect((await open({ url }, server, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const part = await open({ url }, server, { headers: { range: 'bytes=4-9' } });
    expect([part.status, await bytesOf(part)]).toEqual([206, bytes.subarray(4, 10)]);
    const head = await open({ url }, other, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  it('are made once, whoever asks for it at the same time at whatever server', async () => {
    const { path } = await add(await photo('#639'));
    const link = await signed({ path, width: 640 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => bytesOf(await open(link, index % 2 ? server : other))),
    );
    for (const bytes of answers) expect(bytes.equals(answers[0] as Buffer)).toBeTrue();
    const before = (await rowsOf()).length;
    await open(link, other);
    expect((await rowsOf()).length).toBe(before);
    const objects: string[] = [];
    for await (const { size, key } of server.assembly.blobs.list())
      if (size === answers[0]?.length) objects.push(key);
    expect(objects.length).toBe(1);
  });

  it('have the right of their original: a URL of one opens no other width, nor the original', async () => {
    const { path } = await add(await photo('#396'));
    const link = await signed({ path, width: 160 });
    for (const [from, to] of [
      ['~160.webp', '~640.webp'],
      ['~160.webp', '~160.avif'],
      ['/~160.webp', ''],
      ['~160.webp', '~161.webp'],
    ] as const)
      expect((await open({ url: link.url.replace(from, to) })).status).toBe(403);
    expect(await codeOf(await sign({ path, width: 160 }, grace))).toEqual([403, 'not-allowed']);
    expect(await codeOf(await sign({ path: `${path}/~160.webp` }, grace))).toEqual([403, 'not-allowed']);
    expect(await codeOf(await sign({ path: 'users/nobody/a.jpg', width: 160 }))).toEqual([
      403,
      'not-allowed',
    ]);
  });

  describe('asked for badly', () => {
    const wrong: [string, object, number, string][] = [
      ['another width', { width: 161 }, 400, 'invalid-request'],
      ['a width as text', { width: '160' }, 400, 'invalid-request'],
      ['no width', { width: null }, 400, 'invalid-request'],
      ['another format', { width: 160, format: 'png' }, 400, 'invalid-request'],
      ['a format without a width', { format: 'webp' }, 400, 'invalid-request'],
      ['a field too many', { width: 160, height: 90 }, 400, 'invalid-request'],
      ['a picture of a picture', { path: 'public/team/a.png/~160.webp', width: 160 }, 403, 'not-allowed'],
      ['a path that climbs', { path: '../a.png', width: 160 }, 400, 'invalid-path'],
      ['a path too long', { path: 'a/'.repeat(510) + 'aaa', width: 160 }, 400, 'invalid-path'],
      ['a mark and nothing', { path: 'public/team/a.png/~' }, 403, 'not-allowed'],
      ['a mark alone', { path: '~160.webp' }, 403, 'not-allowed'],
    ];
    for (const [what, body, status, code] of wrong) {
      it(`is ${status} ${code}: ${what}`, async () => {
        expect(await codeOf(await sign({ path: 'public/team/a.png', ...body }))).toEqual([status, code]);
      });
    }

    it('is 422 of what is neither picture nor film, and 404 of a film without a poster', async () => {
      const text = await add(Buffer.from('words'), { type: 'text/plain' });
      expect(await codeOf(await sign({ path: text.path, width: 160 }))).toEqual([422, 'no-pictures']);
      const film = await add(
        Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42'), Buffer.alloc(200)]),
        {
          ...{ type: 'video/mp4', kind: 'video' },
        },
      );
      const link = await signed({ path: film.path, width: 160 });
      expect(await codeOf(await open(link))).toEqual([404, 'poster-missing']);
      expect((await rowsOf()).filter(({ name }) => name === 'poster')).toEqual([]);
    });

    it('is 422 of a picture that is damaged, without trying again, and of one with more pixels than it says', async () => {
      const whole = await sharp(Buffer.alloc(400 * 400 * 3, 7), {
        raw: { width: 400, height: 400, channels: 3 },
      })
        .png({ compressionLevel: 0 })
        .toBuffer();
      const damaged = Buffer.from(whole);
      damaged.fill(0x55, 2000, 4000);
      const { path } = await add(damaged, { type: 'image/png' });
      const link = await signed({ path, width: 160 });
      const made = (await rowsOf()).length;
      for (const at of [server, other, server])
        expect(await codeOf(await open(link, at))).toEqual([422, 'derivative-impossible']);
      expect((await rowsOf()).length).toBe(made + 1);

      const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#000' } })
        .png()
        .toBuffer();
      const large = await add(bomb, { type: 'image/png' });
      const refused = await open(await signed({ path: large.path, width: 160 }));
      expect(refused.status).toBe(422);
      expect(((await refused.json()) as { detail: string }).detail).toContain('more pixels');
    });
  });

  describe('of an original that is', () => {
    const kills: [string, (id: string) => Promise<Response>, boolean][] = [
      ['deleted', (id) => act(`/resources/${id}`, undefined, 'DELETE'), true],
      ['rotated', (id) => act(`/resources/${id}/rotate`), false],
      ['quarantined', (id) => act(`/resources/${id}/quarantine`), false],
      ['given away', (id) => act(`/resources/${id}/transfer`, { owner: 'grace', reason: 'spec' }), false],
      [
        'overwritten',
        async (id) => {
          const headers = { 'content-type': 'image/jpeg' };
          return server.call('PUT', `/api/resources/${id}/content`, {
            as: admin,
            body: await photo('#fff'),
            headers,
          });
        },
        true,
      ],
    ];
    for (const [what, kill, removes] of kills) {
      it(`${what} are opened by no URL from before, at no server`, async () => {
        await add(await photo('#010'), { as: grace });
        const { id, path } = await add(await photo('#111'), { kind: 'galleryPhoto' });
        const link = await signed({ path, width: 320 });
        for (const at of [server, other]) expect((await open(link, at)).status).toBe(200);
        const sources = await server.database.pool.query<{ key: string }>(
          'SELECT object_key AS key FROM resources WHERE id = $1',
          [id],
        );
        const made = (await rowsOf()).filter(({ source_key }) => source_key === sources.rows[0]?.key);
        expect(made.length).toBe(1);
        expect((await kill(id)).status).toBe(200);
        for (const at of [server, other]) expect((await open(link, at)).status).toBe(403);
        if (!removes) return;
        await server.assembly.leftovers.clear();
        expect(await has(made[0]?.object_key ?? '')).toBeFalse();
        expect((await rowsOf()).some(({ object_key }) => object_key === made[0]?.object_key)).toBeFalse();
      });
    }

    it('revoked with its owner are opened by no URL, at no server', async () => {
      const { path } = await add(await photo('#222'), { as: hedy, kind: 'galleryPhoto' });
      const link = await signed({ path, width: 320 });
      const late = await signed({ path, width: 640 });
      for (const at of [server, other]) expect((await open(link, at)).status).toBe(200);
      expect((await act('/owners/hedy/revoke')).status).toBe(200);
      for (const at of [server, other]) {
        expect((await open(link, at)).status).toBe(403);
        expect((await open(late, at)).status).toBe(403);
      }
      expect((await sign({ path, width: 320 })).status).toBe(403);
    });
  });

  it('are deliveries of their original in the audit, which says how small they were', async () => {
    const { path, id } = await add(await photo('#333'));
    const link = await signed({ path, width: 320 });
    await bytesOf(await open(link));
    const delivered = (await server.auditRows('delivery')).filter(
      (row) => row['signature_id'] === link.signatureId,
    );
    expect(delivered.map((row) => [row['resource_path'], row['resource_id'], row['reason']])).toEqual([
      [path, id, 'derivative:320.webp'],
    ]);
    const issued = (await server.auditRows('issuance')).filter(
      (row) => row['signature_id'] === link.signatureId,
    );
    expect(issued.map((row) => row['resource_path'])).toEqual([path]);
  });

  it('are made anew when their bytes are lost, and swept when whoever made them was killed', async () => {
    const { path } = await add(await photo('#444'));
    const link = await signed({ path, width: 1280 });
    await bytesOf(await open(link));
    const [made] = (await rowsOf()).slice(-1);
    await server.assembly.blobs.delete(made?.object_key ?? '');
    expect(await codeOf(await open(link, other))).toEqual([503, 'derivatives-busy']);
    expect((await open(link, other)).status).toBe(200);

    // As after a kill between the bytes and the row that says they are there.
    const [claimed] = (await rowsOf()).slice(-1);
    await server.database.pool.query(
      `UPDATE derivatives SET making_until = now() - INTERVAL '20 minutes', size = NULL, sha256 = NULL WHERE object_key = $1`,
      [claimed?.object_key],
    );
    await server.assembly.leftovers.clear();
    expect(await has(claimed?.object_key ?? '')).toBeFalse();
    expect((await rowsOf()).some(({ object_key }) => object_key === claimed?.object_key)).toBeFalse();
  });
});
