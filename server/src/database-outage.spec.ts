import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ada, admin, grace, TestServer } from './testing/test-server.ts';
import { droppingProxy, type DroppingProxy } from './testing/dropping-proxy.ts';
import { onePixelPng } from './testing/pictures.ts';

const PHOTO = 'public/team/a.png';
const COLD = 'public/team/cold.png';

describe('a server whose database does not answer', () => {
  let proxy: DroppingProxy;
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.start({}, async (url) => {
      proxy = await droppingProxy(url);
      return proxy.url;
    });
    await server.addPhoto(PHOTO, ada);
    await server.addPhoto(COLD, ada);
  });

  afterEach(async () => {
    await server.stop();
    await proxy.close();
  });

  const codeOf = async (response: Response): Promise<string> =>
    `${response.status} ${((await response.json().catch(() => ({}))) as { code?: string }).code ?? ''}`;

  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await sleep(50);
  };

  it('stops delivering when its lease is over, refuses to sign, and recovers by itself', async () => {
    const url = await server.sign(PHOTO);
    expect((await fetch(url)).status).toBe(200);
    proxy.swallow();

    await until(async () => (await codeOf(await fetch(url))) === '503 lease-expired');
    const body = { path: PHOTO, reason: 'outage' };
    const cold = { path: COLD, reason: 'outage' };
    const [warmAnswer, coldAnswer] = await Promise.all([
      server.call('POST', '/api/resources/sign', { as: ada, body }),
      server.call('POST', '/api/resources/sign', { as: ada, body: cold }),
    ]);
    expect(await codeOf(warmAnswer)).toBe('503 audit-unavailable');
    expect(await codeOf(coldAnswer)).toBe('503 database-unavailable');
    expect(warmAnswer.headers.get('retry-after')).toBe('1');

    proxy.heal();
    await until(async () => (await fetch(url)).status === 200);
    // What hung during the outage was given up, so nobody joins it now.
    await until(async () => (await server.call('POST', '/api/resources/sign', { as: ada, body: cold })).ok);
    expect(await server.sign(PHOTO)).toBe(url);
  });

  it('tells nobody by the way it fails what there is at a path they may not sign', async () => {
    const theirs = 'users/ada/documents/plan.png';
    await server.addPhoto(theirs, ada);
    await server.sign(theirs, ada);
    proxy.swallow();
    const answers = (as?: typeof ada): Promise<string[]> =>
      Promise.all(
        [theirs, 'users/ada/documents/missing.png', 'private/missing.png'].map(async (path) => {
          const body = { path, reason: 'outage' };
          return codeOf(await server.call('POST', '/api/resources/sign', { ...(as ? { as } : {}), body }));
        }),
      );
    const unknown = '503 database-unavailable';
    expect(await answers(grace)).toEqual([unknown, unknown, '403 not-allowed']);
    expect(await answers()).toEqual(['403 not-allowed', '403 not-allowed', '403 not-allowed']);
  });

  it('revokes for good although the answer to the commit was lost', async () => {
    const url = await server.sign(PHOTO);
    proxy.dropAnswersTo('COMMIT', 1);
    const lost = await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect(await codeOf(lost)).toBe('503 database-unavailable');
    const again = await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect(((await again.json()) as { epoch: number }).epoch).toBe(1);
    expect((await fetch(url)).status).toBe(403);
  });

  it('keeps the bytes of an upload whose commit may have happened', async () => {
    let name = '';
    let lost: Response | undefined;
    // The answer that is dropped may be that of somebody who works in the background.
    for (let round = 1; round <= 20 && lost?.status !== 503; round += 1) {
      name = `lost-${round}.png`;
      proxy.dropAnswersTo('COMMIT', 1);
      lost = await server.call('POST', `/api/resources?kind=teamPhoto&name=${name}`, {
        as: ada,
        body: new Uint8Array(onePixelPng),
        headers: { 'content-type': 'image/png' },
      });
    }
    expect(await codeOf(lost!)).toBe('503 database-unavailable');
    const { rows } = await server.database.pool.query<{ path: string }>(
      'SELECT path FROM resources WHERE display_name = $1',
      [name],
    );
    expect((await fetch(await server.sign(rows[0]!.path))).status).toBe(200);
    const files = await readdir(join(server.dataDir, 'files', 'objects'), { recursive: true });
    expect(files.length).toBeGreaterThan(0);
  });

  it('does not serve from a database that was set back behind what it has applied', async () => {
    const url = await server.sign(PHOTO);
    const { rows } = await server.database.pool.query<{ kid: string; salt: Buffer }>(
      `SELECT kid, salt FROM signature_keys WHERE owner_id = 'ada'`,
    );
    await server.call('POST', '/api/owners/ada/revoke', { as: admin });
    expect((await fetch(url)).status).toBe(403);
    // As a restored backup would look.
    await server.database.pool.query('DELETE FROM receipts');
    await server.database.pool.query('DELETE FROM epoch_log');
    await server.database.pool.query('UPDATE epoch SET n = 0');
    await server.database.pool.query(
      `UPDATE signature_keys SET state = 'active', revoked_at = NULL, salt = $2 WHERE kid = $1`,
      [rows[0]!.kid, rows[0]!.salt],
    );
    await until(async () => (await fetch(url)).status === 503);
    await sleep(700);
    expect((await fetch(url)).status).toBe(503);
  });

  it('writes few log lines however many requests it refuses', async () => {
    const url = await server.sign(PHOTO);
    proxy.swallow();
    await until(async () => (await fetch(url)).status === 503);
    const before = server.logged.length;
    for (let request = 0; request < 50; request += 1) await fetch(url);
    expect(server.logged.length - before).toBeLessThan(20);
  });
});
