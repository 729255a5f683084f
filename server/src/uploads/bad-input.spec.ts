import { zipOf } from '../testing/archives.ts';
import { filmedMp4 } from '../testing/films.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, grace, TestServer } from '../testing/test-server.ts';

const LIMIT = 200_000;
const PNG = 'image/png';
const ZIP = 'application/zip';
const picture = Buffer.from(onePixelPng);
const pixels = (width: number): Buffer => {
  const bomb = Buffer.from(onePixelPng);
  bomb.writeUInt32BE(width, 16);
  bomb.writeUInt32BE(width, 20);
  return bomb;
};

interface File {
  name?: string;
  kind?: string;
  type?: string;
  bytes?: Buffer;
}
interface Begun {
  id: string;
  uploadId: string;
  url: string;
  fields: Record<string, string>;
}

/** What nobody may upload, whichever way it comes: what it is, and how it is refused. */
const TABLE: readonly [what: string, file: File, status: number, code: string][] = [
  ['more bytes than are taken', { bytes: Buffer.from(pngOf(LIMIT + 1)) }, 413, 'too-large'],
  ['another type than it is', { type: 'image/jpeg' }, 415, 'content-mismatch'],
  ['a picture where films are', { kind: 'video' }, 415, 'unsupported-type'],
  ['HTML as a picture', { bytes: Buffer.from('<script>alert(1)</script>') }, 415, 'content-mismatch'],
  ['SVG', { kind: 'document', type: 'image/svg+xml', bytes: Buffer.from('<svg/>') }, 415, 'content-mismatch'],
  [
    'a type that is not on the list',
    { kind: 'document', type: 'application/octet-stream', bytes: Buffer.from('MZ') },
    415,
    'unsupported-type',
  ],
  [
    'a picture that is an archive too',
    { kind: 'document', bytes: Buffer.concat([picture, zipOf([{ name: 'a.class' }])]) },
    415,
    'two-types',
  ],
  [
    'text that is an archive too',
    {
      kind: 'document',
      type: 'text/plain',
      bytes: Buffer.concat([Buffer.from('text'), zipOf([{ name: 'a' }])]),
    },
    415,
    'two-types',
  ],
  ['a picture of too many pixels', { bytes: pixels(60_000) }, 413, 'too-many-pixels'],
  [
    'a film with a track of places',
    { kind: 'video', type: 'video/mp4', bytes: filmedMp4('meta') },
    415,
    'unreadable-picture',
  ],
  [
    'an archive that unpacks elsewhere',
    { kind: 'document', type: ZIP, bytes: zipOf([{ name: '../../etc/cron.d/x' }]) },
    415,
    'unsafe-archive',
  ],
  [
    'an archive that is a bomb',
    { kind: 'document', type: ZIP, bytes: zipOf([{ name: '42.xml', claimed: 4_000_000_000 }]) },
    415,
    'unsafe-archive',
  ],
  ['a name that runs', { name: 'invoice.png.exe' }, 415, 'unsupported-type'],
  ['a name that runs, with dots that Windows drops', { name: 'invoice.SCR. .' }, 415, 'unsupported-type'],
  ['a path as its name', { name: '../../etc/passwd' }, 400, 'invalid-name'],
  ['a Windows path as its name', { name: 'C:\\Windows\\a.png' }, 400, 'invalid-name'],
  ['a name that reads backwards', { name: 'gnp\u202Egpj.exe' }, 400, 'invalid-name'],
  ['an isolated name that reads backwards', { name: '\u2067gnp.exe\u2069.png' }, 400, 'invalid-name'],
  ['a name with NUL', { name: 'a.png\0.exe' }, 400, 'invalid-name'],
  ['a name with a line feed', { name: 'a\r\nSet-Cookie: x.png' }, 400, 'invalid-name'],
  ['half a character in its name', { name: 'a\uD83D.png' }, 400, 'invalid-name'],
  ['dots as its name', { name: '..' }, 400, 'invalid-name'],
  ['a name longer than any file system takes', { name: `${'ä'.repeat(130)}.png` }, 400, 'invalid-name'],
];

/** Names that are kept as people see them, and what is left of them in the path. */
const NAMES: readonly [name: string, slug: string][] = [
  ['CON', 'con-'],
  ['aux.png', 'aux-'],
  ['LPT1 .png', 'lpt1-'],
  ['a．．／etc／passwd.png', 'a-etc-passwd-'],
  ['evil․exe.png', 'evil-exe-'],
  ['e\u0301le\u0300ve.png', 'eleve-'],
  [`Z${'\u0335\u0321\u035c'.repeat(20)}algo.png`, 'zalgo-'],
  ['%2e%2e%2fetc.png', '2e-2e-2fetc-'],
  ['.htaccess', ''],
  ['$(rm -rf) `x` "y" \'z\'.png', 'rm-rf-x-y-z-'],
  ['写真.png', ''],
  ['👩‍👩‍👧.png', ''],
];

describe('an upload of', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ maxUploadBytes: LIMIT });
  });
  afterAll(() => server.stop());

  const outcome = async (response: Response): Promise<string> => {
    const text = await response.text();
    const { code = '' } = text.startsWith('{') ? (JSON.parse(text) as { code?: string }) : {};
    return response.ok ? 'taken' : `${response.status} ${code}`;
  };
  const direct = async ({ name = 'a.png', kind = 'avatar', type = PNG, bytes = picture }: File) => {
    const query = new URLSearchParams({ kind, name: name.toWellFormed() === name ? name : '\u0001' });
    const path = `/api/resources?${query}`;
    return server.call('POST', path, { as: ada, body: bytes, headers: { 'content-type': type } });
  };
  const begin = ({ name = 'a.png', kind = 'avatar', type = PNG, bytes = picture }: File) =>
    server.call('POST', '/api/resources/uploads', {
      as: ada,
      body: { name, kind, contentType: type, size: bytes.length },
    });
  const send = ({ url, fields }: Begun, bytes: Buffer, changed: Record<string, string> = {}) => {
    const form = new FormData();
    for (const [field, value] of Object.entries({ ...fields, ...changed })) form.append(field, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a');
    return fetch(new URL(url, server.origin), { method: 'POST', body: form });
  };
  const byForm = async (file: File): Promise<Response> => {
    const response = await begin(file);
    if (!response.ok) return response;
    const begun = (await response.json()) as Begun;
    const sent = await send(begun, file.bytes ?? picture);
    return sent.ok ? server.call('POST', `/api/resources/${begun.id}/complete`, { as: ada }) : sent;
  };

  for (const [what, file, status, code] of TABLE) {
    const expected = `${status} ${code}`;
    it(`${what} is refused as a body and by a form`, async () => {
      expect(await outcome(await direct(file)))
        .withContext('as a body')
        .toBe(expected);
      expect(await outcome(await byForm(file)))
        .withContext('by a form')
        .toBe(expected);
    });
  }

  it('what was refused leaves no resource and no bytes', async () => {
    await server.assembly.leftovers.clear();
    const { rows } = await server.database.pool.query('SELECT FROM resources WHERE object_key IS NOT NULL');
    let objects = 0;
    for await (const { key } of server.assembly.blobs.list()) objects += key ? 1 : 0;
    expect(objects).toBe(rows.length);
  });

  for (const [name, slug] of NAMES) {
    it(`a file named ${JSON.stringify(name)} is stored under a name that is safe everywhere`, async () => {
      const response = await direct({ name });
      expect(response.status).toBe(201);
      const { id, path, displayName } = (await response.json()) as Record<string, string>;
      expect(displayName).toBe(name.normalize('NFC').trim());
      expect(path).toMatch(new RegExp(`^public/avatars/${slug}\\d{8}-\\d{6}-[0-9a-z]{10}\\.png$`));
      expect((await fetch(await server.sign(path ?? ''))).status).toBe(200);
      await server.call('DELETE', `/api/resources/${id}`, { as: ada });
    });
  }

  it('somebody else is neither sent, completed nor cancelled, and a form is good for its own upload', async () => {
    const [mine, other] = (await Promise.all(
      [begin({}), begin({})].map(async (one) => (await one).json()),
    )) as [Begun, Begun];
    expect(await outcome(await send(mine, picture, { key: other.uploadId }))).toBe('403 upload-refused');
    expect(await outcome(await send({ ...mine, url: other.url }, picture))).toBe('403 upload-refused');
    const completing = await server.call('POST', `/api/resources/${mine.id}/complete`, { as: grace });
    expect(await outcome(completing)).toBe('404 not-found');
    const path = `/api/resources/uploads/${mine.uploadId}/file`;
    const cancelled = await server.call('DELETE', path, { as: grace });
    expect(await cancelled.json()).toEqual({ cancelled: false });
    expect((await send(mine, picture)).status).toBe(200);
  });

  it('the same twice is complete once, and a policy that is sent again changes nothing', async () => {
    const begun = (await (await begin({})).json()) as Begun;
    await send(begun, picture);
    const complete = () => server.call('POST', `/api/resources/${begun.id}/complete`, { as: ada });
    const answers = await Promise.all([complete(), complete(), complete()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await outcome(await send(begun, picture))).toBe('404 not-found');
    const { rows } = await server.database.pool.query('SELECT version FROM resources WHERE id = $1', [
      begun.id,
    ]);
    expect(rows).toEqual([{ version: 1 }]);
  });
});
