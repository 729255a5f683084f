import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clamd } from '../hygiene/clamd.ts';
import { ClamdServer, clamdPath } from '../testing/clamd.ts';
import { ada, TestServer } from '../testing/test-server.ts';

const SLEEPER = 'COUNTERSIGN-SLEEPER-77c1';
const bytes = {
  size: SLEEPER.length,
  open: () => Promise.resolve(Readable.from([Buffer.from(SLEEPER)])),
};

describe('a second scan', () => {
  let clamd: ClamdServer | undefined;
  let server: TestServer | undefined;

  beforeAll(async () => {
    if (!clamdPath) return;
    clamd = await ClamdServer.start();
    server = await TestServer.start({ clamdHost: `127.0.0.1:${clamd.port}` });
  });
  beforeEach(() => {
    if (!clamdPath) pending('needs clamd');
  });
  afterAll(async () => {
    await server?.stop();
    await clamd?.stop();
  });

  const send = async (method: string, path: string, body: string): Promise<{ id: string; path: string }> => {
    const headers = { 'content-type': 'text/plain' };
    const response = await server!.call(method, `/api/resources${path}`, { as: ada, body, headers });
    expect(response.ok).toBeTrue();
    return (await response.json()) as { id: string; path: string };
  };

  it('ends the URLs of what new signatures find, also in an older version, and looks at nothing twice', async () => {
    const { rescans } = server!.assembly;
    const good = await send('POST', '?kind=document&name=good.txt', 'harmless');
    const bad = await send('POST', '?kind=document&name=bad.txt', `Dear ${SLEEPER}`);
    const overwritten = await send('POST', '?kind=document&name=old.txt', `Old ${SLEEPER}`);
    await send('PUT', `/${overwritten.id}/content`, 'harmless again');
    expect(await rescans.run()).toEqual({ scanned: 4, quarantined: 0 });
    expect(await rescans.run()).toEqual({ scanned: 0, quarantined: 0 });
    const urls = await Promise.all([good, bad, overwritten].map(({ path }) => server!.sign(path, ada)));

    await clamd!.learn(SLEEPER);
    const scanner = new Clamd({ host: '127.0.0.1', port: clamd!.port });
    // It goes on with its old signatures until it has read all.
    while ((await scanner.scan(bytes)) === undefined) await sleep(20);
    // A test's database has no number, as those have that people download.
    await server!.database.pool.query(`UPDATE resources SET scanned_with = 'ClamAV 0/1'`);
    expect(await rescans.run()).toEqual({ scanned: 4, quarantined: 2 });
    const statuses = await Promise.all(urls.map(async (url) => (await fetch(url)).status));
    expect(statuses).toEqual([200, 403, 200]);
    const { rows } = await server!.database.pool.query<{ state: string; old: boolean }>(
      'SELECT state, version_of IS NOT NULL AS old FROM resources ORDER BY created_at, version_of',
    );
    expect(
      rows
        .filter(({ state }) => state === 'quarantined')
        .map(({ old }) => old)
        .sort(),
    ).toEqual([false, true]);
    const events = await server!.auditRows('resource-quarantined');
    expect(events.map((row) => [row['actor'], row['reason']])).toEqual([
      ['system', 'The virus scanner found Countersign.Later.UNOFFICIAL.'],
      ['system', 'The virus scanner found Countersign.Later.UNOFFICIAL.'],
    ]);
  });

  it('looks again at what could not be read, and at what comes after it', async () => {
    const { rescans, blobs } = server!.assembly;
    const { pool } = server!.database;
    await rescans.run();
    const ids = await Promise.all(
      ['a', 'b'].map(async (name) => (await send('POST', `?kind=document&name=${name}.txt`, name)).id),
    );
    const seen = async () => {
      const { rows } = await pool.query<{ key: string; isOpen: boolean }>(
        'SELECT object_key AS key, scanned_with IS NULL AS "isOpen" FROM resources WHERE id = ANY($1) ORDER BY id',
        [ids],
      );
      return rows;
    };
    const { key } = (await seen())[0]!;
    await blobs.delete(key);
    expect(await rescans.run()).toEqual({ scanned: 1, quarantined: 0 });
    expect((await seen()).map(({ isOpen }) => isOpen)).toEqual([true, false]);
    await blobs.put(key, Buffer.from('there again'));
    expect(await rescans.run()).toEqual({ scanned: 1, quarantined: 0 });
    for (const id of ids) await server!.call('DELETE', `/api/resources/${id}`, { as: ada });
  });

  it('leaves everything as it is while the scanner is away', async () => {
    const away = await TestServer.start({ clamdHost: '127.0.0.1:1' });
    await away.addPhoto('public/team/a.png', ada).catch(() => undefined);
    await away.database.pool.query(`UPDATE resources SET state = 'completed'`);
    expect(await away.assembly.rescans.run()).toEqual({ scanned: 0, quarantined: 0 });
    const { rows } = await away.database.pool.query('SELECT state, scanned_with FROM resources');
    expect(rows).toEqual([{ state: 'completed', scanned_with: null }]);
    await away.stop();
  });
});
