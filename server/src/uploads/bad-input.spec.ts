import { ada, grace, TestServer } from '../testing/test-server.ts';
import { badFiles, goodFile, LIMIT } from './testing/bad-files.ts';
import { goodTarget, outcome, waysInto, type BegunForm } from './testing/ways-in.ts';

const picture = goodFile.bytes;

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
  afterAll(async () => {
    // Its contracts name every problem that was answered above.
    expect(server.undeclared).toEqual([]);
    await server.stop();
  });

  const { direct, begin, send, target, ...ways } = waysInto(() => server);

  for (const [what, file, status, code] of badFiles) {
    it(`${what} is refused whichever way it comes`, async () => {
      for (const [way, sent] of ways.all(file)) {
        expect(await outcome(await sent()))
          .withContext(way)
          .toBe(`${status} ${code}`);
      }
      const { name } = file;
      if (name === undefined) return;
      const renamed = await server.call('PATCH', `/api/resources/${await target('avatar')}`, {
        as: ada,
        body: { displayName: name },
      });
      expect(await outcome(renamed)).toBe('400 invalid-name');
    });
  }

  it('what was to be overwritten by it is what it was', async () => {
    for (const kind of ['avatar', 'document', 'video'] as const) {
      const response = await server.call('GET', `/api/resources/${await target(kind)}`, { as: ada });
      const { revision, displayName, size } = (await response.json()) as Record<string, unknown>;
      expect([revision, displayName, size]).toEqual([1, 'a.png', goodTarget(kind).bytes.length]);
    }
  });

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
    )) as [BegunForm, BegunForm];
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
    const begun = (await (await begin({})).json()) as BegunForm;
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
