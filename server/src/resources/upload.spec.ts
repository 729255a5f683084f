import { createConnection } from 'node:net';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ada, admin, grace, TestServer } from '../testing/test-server.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';

const LIMIT = 1_000_000;

interface Uploaded {
  id: string;
  path: string;
  displayName: string;
  owner: string;
}

describe('POST /api/resources', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ maxUploadBytes: LIMIT });
  });

  afterAll(() => server.stop());

  const upload = (
    name: string,
    body: Uint8Array | string = onePixelPng,
    options: { type?: string; kind?: string; as?: typeof ada } = {},
  ): Promise<Response> => {
    const { type = 'image/png', kind = 'teamPhoto', as = ada } = options;
    return server.call('POST', `/api/resources?kind=${kind}&name=${encodeURIComponent(name)}`, {
      as,
      body,
      headers: { 'content-type': type },
    });
  };

  const codeOf = async (response: Response): Promise<string> =>
    ((await response.json()) as { code: string }).code;

  const filesStored = async (): Promise<number> => {
    const entries = await readdir(join(server.dataDir, 'files'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };

  it('stores the photo under a safe name, keeps the name people see, and signs it', async () => {
    const response = await upload('Zoë & Jürgen 100%.png');
    expect(response.status).toBe(201);
    const photo = (await response.json()) as Uploaded;
    expect(photo.path).toMatch(/^public\/team\/zoe-jurgen-100-\d{8}-\d{6}-[0-9a-z]{10}\.png$/);
    expect(photo.displayName).toBe('Zoë & Jürgen 100%.png');
    expect(photo.owner).toBe('ada');
    expect(response.headers.get('location')).toBe(`/api/resources/${photo.id}`);
    const stored = await server.call('GET', `/api/resources/${photo.id}`, { as: grace });
    expect(await stored.json()).toEqual(photo);
    const delivered = await fetch(await server.sign(photo.path));
    expect(new Uint8Array(await delivered.arrayBuffer())).toEqual(new Uint8Array(onePixelPng));
  });

  it('puts a document where its path says neither whose it is nor what it is called, and lets its owner open it', async () => {
    const documents = await Promise.all(
      ['Dismissal of Ada.png', 'second.png'].map(async (name) => {
        const response = await upload(name, onePixelPng, { kind: 'document' });
        return (await response.json()) as Uploaded & { ownerHandle: string };
      }),
    );
    const [first, second] = documents as [(typeof documents)[0], (typeof documents)[0]];
    expect(first.ownerHandle).toMatch(/^[\w-]{22}$/);
    expect(second.ownerHandle).toBe(first.ownerHandle);
    expect(first.path).toMatch(
      new RegExp(`^users/${first.ownerHandle}/documents/\\d{8}-\\d{6}-[0-9a-z]{10}\\.png$`),
    );
    expect((await fetch(await server.sign(first.path, ada))).status).toBe(200);
    await expectAsync(server.sign(first.path, grace)).toBeRejected();
    const { items } = (await (await server.call('GET', '/api/owners', { as: admin })).json()) as {
      items: { id: string; handle: string }[];
    };
    expect(items.find(({ id }) => id === 'ada')?.handle).toBe(first.ownerHandle);
  });

  it('keeps two uploads of one name apart', async () => {
    const [first, second] = (await Promise.all(
      ['same.png', 'same.png'].map(async (name) => (await upload(name)).json()),
    )) as [Uploaded, Uploaded];
    expect(first.path).not.toBe(second.path);
  });

  it('keeps names of every script, with what joins letters and emoji', async () => {
    const scotland = '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}';
    for (const name of [
      'می\u200Cخواهم',
      '👩🏽\u200D🚀 ❤\uFE0F 1\uFE0F\u20E3',
      scotland,
      '\u0600\u0661',
      'ᠬᠠᠷ\u180Eᠠ',
    ]) {
      const response = await upload(`${name}.png`);
      expect(response.status).withContext(name).toBe(201);
      expect(((await response.json()) as Uploaded).displayName).toBe(`${name}.png`);
    }
  });

  it('records the upload in the audit', async () => {
    await upload('recorded.png', onePixelPng, { as: grace });
    const rows = await server.auditRows('resource-created');
    expect(rows.at(-1)).toEqual(
      jasmine.objectContaining({ actor: 'grace', owner: 'grace', tenant_id: 'default' }),
    );
  });

  const refusals: [string, () => Promise<Response>, number, string][] = [
    ['bytes that are not what was declared', () => upload('a.png', 'not a picture'), 415, 'content-mismatch'],
    [
      'a PNG declared as JPEG',
      () => upload('a.jpg', onePixelPng, { type: 'image/jpeg' }),
      415,
      'content-mismatch',
    ],
    ['HTML declared as PNG', () => upload('a.png', '<html><script>1</script>'), 415, 'content-mismatch'],
    ['an SVG', () => upload('a.svg', '<svg xmlns="x"/>', { type: 'image/svg+xml' }), 415, 'unsupported-type'],
    ['0 bytes', () => upload('a.png', ''), 400, 'empty-upload'],
    ['more than the limit', () => upload('a.png', pngOf(LIMIT + 1)), 413, 'too-large'],
    [
      'a type the kind does not take',
      () => upload('a.pdf', '%PDF-1.4', { type: 'application/pdf' }),
      415,
      'unsupported-type',
    ],
    ['a path as name', () => upload('../../etc/passwd'), 400, 'invalid-name'],
    ['a Windows path as name', () => upload('C:\\a.png'), 400, 'invalid-name'],
    ['dots as name', () => upload('..'), 400, 'invalid-name'],
    ['blanks as name', () => upload('   '), 400, 'invalid-name'],
    ['a name that reads backwards', () => upload('\u202Egnp.exe'), 400, 'invalid-name'],
    ['a name of two lines', () => upload('a\u2028.png'), 400, 'invalid-name'],
    ['a name of two paragraphs', () => upload('a\u2029.png'), 400, 'invalid-name'],
    ['a name with a soft hyphen', () => upload('in\u00ADvoice.png'), 400, 'invalid-name'],
    ['a name with a blank of no width', () => upload('in\u200Bvoice.png'), 400, 'invalid-name'],
    ['a name with tags behind no flag', () => upload('a\u{E0067}\u{E007F}.png'), 400, 'invalid-name'],
    ['a name that Python runs', () => upload('a.png.PYW'), 415, 'unsupported-type'],
    ['a name that starts a ClickOnce program', () => upload('a.png.appref-ms'), 415, 'unsupported-type'],
    ['a name that a desktop runs', () => upload('a.desktop '), 415, 'unsupported-type'],
    ['a name with NUL', () => upload('a\u0000.png'), 400, 'invalid-name'],
    ['a name that holds a signature', () => upload('a.png?sig=abc&exp=1'), 400, 'invalid-name'],
    ['a name of 256 bytes', () => upload('é'.repeat(128)), 400, 'invalid-name'],
    [
      'a kind that does not exist',
      () => upload('a.png', onePixelPng, { kind: 'selfie' }),
      400,
      'invalid-request',
    ],
    [
      'no sign-in',
      () => server.call('POST', '/api/resources?kind=teamPhoto&name=a', { body: 'x' }),
      401,
      'sign-in-required',
    ],
    [
      'a role that may not upload',
      () => upload('a.png', onePixelPng, { as: { id: 'reader', roles: ['DOC_VIEW'] } }),
      403,
      'forbidden',
    ],
  ];
  for (const [what, request, status, code] of refusals) {
    it(`refuses ${what} and leaves nothing behind`, async () => {
      const before = await filesStored();
      const response = await request();
      expect(await codeOf(response)).toBe(code);
      expect(response.status).toBe(status);
      expect(await filesStored()).toBe(before);
    });
  }

  it('refuses an upload without a name', async () => {
    const response = await server.call('POST', '/api/resources?kind=teamPhoto', {
      as: ada,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    });
    expect(response.status).toBe(400);
  });

  it('leaves nothing of an upload that broke off', async () => {
    const before = await filesStored();
    const { port } = new URL(server.origin);
    const socket = createConnection(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /api/resources?kind=teamPhoto&name=broken.png HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
        `Authorization: Bearer ${server.tokenOf(ada)}\r\nContent-Type: image/png\r\nContent-Length: 500000\r\n\r\n`,
    );
    socket.write(pngOf(100_000));
    const unfinished = async (): Promise<number> =>
      (await readdir(join(server.dataDir, 'files', 'unfinished'))).length;
    while ((await unfinished()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while ((await unfinished()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await filesStored()).toBe(before);
    const list = await server.call('GET', '/api/resources?limit=200', { as: ada });
    expect(await list.text()).not.toContain('broken.png');
    // Whoever goes away is not an outage.
    expect(server.logged.join('')).not.toContain('database-unavailable');
  });
});

describe('GET /api/resources', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    for (let index = 1; index <= 5; index += 1) await server.addPhoto(`public/team/${index}.png`, ada);
    await server.addPhoto('users/ada/documents/a.png', ada);
    await server.addPhoto('users/grace/documents/g.png', grace);
    await server.addPhoto('public/team/foreign.png', { ...ada, tenantId: 'elsewhere' });
  });

  afterAll(() => server.stop());

  interface Page {
    items: { id: string; path: string; ownerName: string }[];
    nextCursor: string | null;
    total: number;
  }

  const list = async (query: string, as = ada): Promise<Page> =>
    (await (await server.call('GET', `/api/resources?${query}`, { as })).json()) as Page;

  it('pages through everything once, in path order, with the total', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = await list(`prefix=public/team/&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.total).toBe(5);
      seen.push(...page.items.map(({ path }) => path));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map((index) => `public/team/${index}.png`));
  });

  it('shows public resources and one’s own; all of the tenant to who may view all', async () => {
    const paths = async (as: typeof ada): Promise<string[]> =>
      (await list('limit=200', as)).items.map(({ path }) => path).filter((path) => path.startsWith('users/'));
    expect(await paths(ada)).toEqual(['users/ada/documents/a.png']);
    expect(await paths(grace)).toEqual(['users/grace/documents/g.png']);
    expect((await paths(admin)).length).toBe(2);
  });

  it('does not show one resource of somebody else or of another tenant', async () => {
    const [document] = (await list('prefix=users/ada', admin)).items;
    expect((await server.call('GET', `/api/resources/${document!.id}`, { as: ada })).status).toBe(200);
    expect((await server.call('GET', `/api/resources/${document!.id}`, { as: grace })).status).toBe(404);
    const foreign = { ...admin, tenantId: 'elsewhere' };
    expect((await server.call('GET', `/api/resources/${document!.id}`, { as: foreign })).status).toBe(404);
  });

  it('refuses bad queries by name', async () => {
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=***', 'order=name', 'prefix=a%00b']) {
      const response = await server.call('GET', `/api/resources?${query}`, { as: ada });
      expect(response.status).withContext(query).toBe(400);
    }
  });
});
