import { readFile } from 'node:fs/promises';
import { pngOf } from './testing/pictures.ts';
import { ada, admin, grace, TestServer } from './testing/test-server.ts';

const ROOT = new URL('../../', import.meta.url);

/** Rows whose test needs a world of its own: the file, and how its test is called. */
const elsewhere: Readonly<Record<string, readonly [file: string, name: string]>> = {
  'the key of the owner is rotated': [
    'server/src/keys/rotation.spec.ts',
    'signs with a new key, while URLs of the old one go on working',
  ],
  'it is assigned to a [collection](collections.md), or taken out': [
    'server/src/collections/assignments.spec.ts',
    'moves object and path, ends the old URLs, and tells both paths, as often as it is repeated',
  ],
  'a member is removed from its collection': [
    'server/src/collections/assignments.spec.ts',
    'shows the collection to its members in lists, by id, by path and in batches, until they are removed',
  ],
  'the master secret is rotated': [
    'server/src/keys/new-master-secret.spec.ts',
    'leaves old URLs alive at all of them until they are retired, and refuses only where it is not set',
  ],
  'the database is restored from a backup': [
    'server/src/restores/restored-database.spec.ts',
    'does not revive a revoked key: dump, revoke, restore the dump, start: the old URL is 403',
  ],
  'the database fails over to a copy that is behind': [
    'server/src/restores/promoted-replica.spec.ts',
    'is not served by a server that connects to it, until what it lacks is replayed: the old URL is 403',
  ],
  'one gateway is cut off': [
    'e2e/revocation-rounds.spec.ts',
    'is refused by each of three gateways, whatever befalls one of them meanwhile',
  ],
  'the database is down for longer than the lease': [
    'server/src/database-outage.spec.ts',
    'stops delivering when its lease is over, refuses to sign, and recovers by itself',
  ],
};

describe('what happens to the old URL when', () => {
  let server: TestServer;
  let rows: readonly string[];
  let made = 0;

  /** A resource of ada's, with a URL that works. */
  interface Signed {
    path: string;
    id: string;
    url: string;
  }

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    await server.addPhoto('public/team/graces.png', grace);
    const page = await readFile(new URL('docs/revocation.md', ROOT), 'utf8');
    const [, table = ''] = /## What happens to the old URL\n([^]*?)\n## /.exec(page) ?? [];
    rows = [...table.matchAll(/^\| ([a-z].*?) +\|/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'when');
  });

  afterAll(() => server.stop());

  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  const kidOf = (url: string): string | null => new URL(url).searchParams.get('kid');
  const idOf = async (path: string): Promise<string> => {
    const { rows: found } = await server.database.pool.query<{ id: string }>(
      'SELECT id FROM resources WHERE path = $1',
      [path],
    );
    return found[0]!.id;
  };
  const signed = async (owner = ada): Promise<Signed> => {
    const path = `public/team/${(made += 1)}.png`;
    await server.addPhoto(path, owner);
    const url = await server.sign(path, ada);
    expect(await statusOf(url)).toBe(200);
    return { path, id: await idOf(path), url };
  };
  const call = async (method: string, path: string, body?: unknown, headers = {}): Promise<void> => {
    const answer = await server.call(method, `/api${path}`, { as: admin, body, headers });
    expect(answer.status)
      .withContext(await answer.clone().text())
      .toBe(200);
  };
  /** The old URL is dead, and a new one works. @returns the new one */
  const replaced = async ({ path, url }: Signed): Promise<string> => {
    expect(await statusOf(url)).toBe(403);
    const fresh = await server.sign(path, grace);
    expect(await statusOf(fresh)).toBe(200);
    expect(await statusOf(url)).toBe(403);
    return fresh;
  };
  let people = 0;
  const newcomer = () => ({ id: `person-${(people += 1)}`, roles: ['tenantMember'] });

  const tests: Readonly<Record<string, () => Promise<void>>> = {
    'the uploader loses rights': async () => {
      const { url, path } = await signed();
      const without = { ...ada, roles: [] };
      const upload = await server.call('POST', '/api/resources?kind=teamPhoto&name=a.png', {
        as: without,
        body: pngOf(100),
        headers: { 'content-type': 'image/png' },
      });
      expect(upload.status).toBe(403);
      expect(await statusOf(url)).toBe(200);
      expect(await server.sign(path, without)).toBe(url);
    },
    'the object is overwritten': async () => {
      const one = await signed();
      const bytes = pngOf(200);
      await call('PUT', `/resources/${one.id}/content`, bytes, { 'content-type': 'image/png' });
      const fresh = await fetch(await replaced(one));
      expect(Buffer.from(await fresh.arrayBuffer()).equals(bytes)).toBeTrue();
    },
    'the object is deleted': async () => {
      const one = await signed();
      await call('DELETE', `/resources/${one.id}`);
      expect(await statusOf(one.url)).toBe(403);
      await expectAsync(server.sign(one.path)).toBeRejectedWithError(/403 not-allowed/);
    },
    'it is deleted and made again by the same owner': async () => {
      const one = await signed();
      await call('DELETE', `/resources/${one.id}`);
      await server.addPhoto(one.path, ada);
      await replaced(one);
    },
    'it is deleted and made again by another owner': async () => {
      const one = await signed();
      await call('DELETE', `/resources/${one.id}`);
      await server.addPhoto(one.path, grace);
      expect(kidOf(await replaced(one))).not.toBe(kidOf(one.url));
      // And when it comes back to the first, whose key signed the old URL.
      await call('POST', `/resources/${await idOf(one.path)}/transfer`, { owner: 'ada' });
      await replaced(one);
    },
    'it is given to another owner': async () => {
      const one = await signed();
      await call('POST', `/resources/${one.id}/transfer`, { owner: 'grace' });
      expect(kidOf(await replaced(one))).not.toBe(kidOf(one.url));
      await call('POST', `/resources/${one.id}/transfer`, { owner: 'ada' });
      await replaced(one);
    },
    'this one URL is revoked': async () => {
      const one = await signed();
      const other = await server.sign(one.path, grace);
      await call('POST', `/signatures/sig_${new URL(one.url).searchParams.get('sid')}/revoke`);
      // Signed by the same person, it would be the same URL without the revocation.
      const fresh = await server.sign(one.path, ada);
      expect([fresh === one.url, await statusOf(fresh)]).toEqual([false, 200]);
      await replaced(one);
      expect(await statusOf(other)).toBe(200);
    },
    'the resource is rotated': async () => {
      const one = await signed();
      await call('POST', `/resources/${one.id}/rotate`);
      await replaced(one);
    },
    'everything under a prefix is revoked': async () => {
      const [one, other] = [await signed(), await signed()];
      await call('POST', '/paths/revoke', { prefix: one.path });
      await replaced(one);
      expect(await statusOf(other.url)).toBe(200);
    },
    'the key of the owner is revoked': async () => {
      const person = newcomer();
      const one = await signed(person);
      await call('POST', `/owners/${person.id}/revoke`);
      expect(await statusOf(one.url)).toBe(403);
      await expectAsync(server.sign(one.path)).toBeRejectedWithError(/owner-revoked/);
    },
    'the owner is reinstated': async () => {
      const person = newcomer();
      const one = await signed(person);
      await call('POST', `/owners/${person.id}/revoke`);
      await call('POST', `/owners/${person.id}/reinstate`);
      expect(kidOf(await replaced(one))).not.toBe(kidOf(one.url));
    },
  };

  it('each row of docs/revocation.md has its test, and each test its row', () => {
    expect([...rows].sort()).toEqual([...Object.keys(tests), ...Object.keys(elsewhere)].sort());
    expect(rows.length).toBeGreaterThan(12);
  });

  for (const [name, test] of Object.entries(tests)) it(name, test);

  for (const [row, [file, name]] of Object.entries(elsewhere)) {
    it(`${row}: is a test of ${file}`, async () => {
      const text = await readFile(new URL(file, ROOT), 'utf8');
      // As one that runs: not in a comment, and not left out by another letter before it.
      const names = [...text.matchAll(/^ +it\(\s*'([^']*)',/gm)].map(([, found]) => found);
      expect(names).toContain(name);
    });
  }
});
