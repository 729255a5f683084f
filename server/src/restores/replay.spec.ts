import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { pathHash, type RecordedChange } from './change-line.ts';
import { replay } from './replay.ts';

/** What the spec of a whole restore has no time for: each kind of change, made again in a database that lacks it. */
describe('a change that is made again', () => {
  let server: TestServer;
  let number = 0;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off', api: 'off' } });
  });
  afterAll(() => server.stop());

  const picture = async (person: TestPerson): Promise<{ path: string; url: string; kid: string }> => {
    const path = `public/team/replayed-${(number += 1)}.png`;
    await server.addPhoto(path, person);
    const url = await server.sign(path, person);
    expect((await fetch(url)).status).toBe(200);
    return { path, url, kid: new URL(url).searchParams.get('kid') ?? '' };
  };
  const again = async (change: string, what: Partial<RecordedChange>): Promise<void> => {
    const newest = { epoch: 1000 * (number += 1), at: Date.now() * 1000 + number };
    const nothing = { kids: [], signatureIds: [], edges: [], paths: [], prefixes: [] };
    const missing = [{ ...newest, tenant: 'default', change, ...nothing, ...what }];
    const epochs = await replay(server.database.tenants, { newest, missing }, 'system');
    expect(epochs.length).toBe(1);
    expect(epochs[0]).toBeGreaterThan(newest.epoch);
    await server.assembly.lease.catchUp(epochs[0] ?? 0);
  };
  const stateOf = async ({ id }: TestPerson): Promise<unknown> => {
    const { rows } = await server.database.pool.query<{ status: string }>(
      'SELECT status FROM owners WHERE owner_id = $1',
      [id],
    );
    return rows[0]?.status;
  };
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

  for (const change of ['key-retired', 'key-revoked', 'key-rotated']) {
    it(`destroys the keys that it names, when it is ${change}`, async () => {
      const person = { ...ada, id: `owner-of-${change}` };
      const { path, url, kid } = await picture(person);
      await server.call('POST', `/api/owners/${person.id}/rotate`, { as: admin });
      await again(change, { kids: [kid] });
      expect(await statusOf(url)).toBe(403);
      const { rows } = await server.database.pool.query('SELECT salt FROM signature_keys WHERE kid = $1', [
        kid,
      ]);
      expect(rows).toEqual([{ salt: null }]);
      // The other key of this owner lives on.
      expect(await statusOf(await server.sign(path, person))).toBe(200);
      expect(await stateOf(person)).toBe('active');
      const last = new URL(await server.sign(path, person)).searchParams.get('kid') ?? '';
      await again(change, { kids: [last] });
      expect(await stateOf(person)).toBe('revoked');
    });
  }

  it('leaves the key alone whose URLs it only concerns', async () => {
    const { url, kid } = await picture(ada);
    const other = await picture(ada);
    await again('signature-revoked', {
      kids: [kid],
      signatureIds: [`sig_${new URL(url).searchParams.get('sid')}`],
    });
    expect([await statusOf(url), await statusOf(other.url)]).toEqual([403, 200]);
  });

  for (const change of ['path-deleted', 'path-quarantined', 'path-moved']) {
    it(`lets nobody open or sign what is there, when it is ${change}`, async () => {
      const { path, url } = await picture(grace);
      await again(change, { paths: [pathHash(path)] });
      expect(await statusOf(url)).toBe(403);
      await expectAsync(server.sign(path, grace)).toBeRejected();
    });
  }

  for (const change of ['path-rotated', 'path-overwritten', 'path-transferred', 'something-newer']) {
    it(`ends the old URLs and no new ones, when it is ${change}`, async () => {
      const { path, url } = await picture(grace);
      await again(change, { paths: [pathHash(path)] });
      expect(await statusOf(url)).toBe(403);
      expect(await statusOf(await server.sign(path, grace))).toBe(200);
    });
  }

  it('ends no URL, when it let a path be made again', async () => {
    const { path, url } = await picture(grace);
    await again('path-recreated', { paths: [pathHash(path)] });
    expect(await statusOf(url)).toBe(200);
  });
});
