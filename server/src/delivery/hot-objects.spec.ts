import { Readable } from 'node:stream';
import type { BlobStore } from '../platform/blob-store.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';
import { HotObjects } from './hot-objects.ts';

const object = (path: string, objectKey = `key of ${path}`, tenantId = 'a') => ({
  ...{ tenantId, path, objectKey },
  size: 5,
});
const about = (paths: string[], prefixes: string[] = [], tenantId = 'a') => ({ tenantId, paths, prefixes });

describe('Small objects in the memory of a server that runs', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** One of ada's that is in memory and, by the hand of the test, nowhere else. */
  const onlyInMemory = async (path: string): Promise<{ id: string; deliver: () => Promise<number> }> => {
    await server.addPhoto(path, ada);
    const deliver = async (): Promise<number> => (await fetch(await server.sign(path))).status;
    expect(await deliver()).toBe(200);
    const { rows } = await server.database.pool.query<{ id: string; object_key: string }>(
      'SELECT id, object_key FROM resources WHERE path = $1',
      [path],
    );
    await server.assembly.blobs.delete(rows[0]!.object_key);
    expect(await deliver()).toBe(200);
    return { id: rows[0]!.id, deliver };
  };

  it('are gone after a change of their path, which the server has heard of through its lease', async () => {
    const { id, deliver } = await onlyInMemory('public/team/a.png');
    const rotated = await server.call('POST', `/api/resources/${id}/rotate`, { as: admin });
    expect(rotated.status).toBe(200);
    expect(await deliver()).not.toBe(200);
  });

  it('are gone after a takedown of a prefix, and when changes were missed', async () => {
    const { deliver } = await onlyInMemory('public/gallery/a.png');
    const taken = await server.call('POST', '/api/paths/revoke', {
      as: admin,
      body: { prefix: 'public/gallery/' },
    });
    expect(taken.status).toBe(200);
    expect(await deliver()).not.toBe(200);

    const missed = await onlyInMemory('public/team/missed.png');
    const { pool } = server.database;
    // As after an outage in which the log was compacted.
    await pool.query('UPDATE epoch SET n = n + 1, compacted_to = n + 1');
    const [{ n }] = (await pool.query('SELECT n FROM epoch')).rows as [{ n: number }];
    await server.assembly.lease.catchUp(Number(n));
    expect(await missed.deliver()).not.toBe(200);
  });
});

describe('Small objects in memory', () => {
  let hot: HotObjects;
  let letRead: () => void;

  beforeEach(() => {
    letRead = () => undefined;
    const get = (key: string): Promise<Readable> => Promise.resolve(Readable.from([Buffer.from(key)]));
    hot = new HotObjects({ get } as unknown as BlobStore);
  });

  it('are gone when a change touches their path, and those of other paths and tenants are not', async () => {
    const [gone, stays, foreign] = [object('x/a'), object('x/b'), object('x/a', 'other', 'b')];
    for (const each of [gone, stays, foreign]) await hot.get(each);
    hot.apply(about(['x/a']));
    expect(hot.peek(gone)).toBeUndefined();
    expect(hot.peek(stays)?.toString()).toBe('key of x/b');
    expect(hot.peek(foreign)?.toString()).toBe('other');
  });

  it('are gone with their original when they are smaller pictures of it, in memory and on their way', async () => {
    const [small, late, others] = [
      ...[object('x/a/~640.webp'), object('x/a/~160.avif'), object('x/a-b/~640.webp')],
    ] as const;
    await hot.get(small);
    await hot.get(others);
    const reading = hot.get(late);
    hot.apply(about(['x/a']));
    await reading;
    expect([hot.peek(small), hot.peek(late)]).toEqual([undefined, undefined]);
    expect(hot.peek(others)).toBeDefined();
  });

  it('are gone when a prefix is taken down, and when nobody knows what was changed', async () => {
    const [under, beside] = [object('x/a'), object('y/a')];
    await hot.get(under);
    await hot.get(beside);
    hot.apply(about([], ['x/']));
    expect(hot.peek(under)).toBeUndefined();
    expect(hot.peek(beside)).toBeDefined();
    hot.forgetAll();
    expect(hot.peek(beside)).toBeUndefined();
  });

  it('are those of the version that is asked for', async () => {
    await hot.get(object('x/a', 'first'));
    expect(hot.peek(object('x/a', 'second'))).toBeUndefined();
    expect((await hot.get(object('x/a', 'second')))?.toString()).toBe('second');
    expect(hot.peek(object('x/a', 'first'))).toBeUndefined();
  });

  it('are not kept by a read that a change has overtaken', async () => {
    const slow = new Promise<void>((resolve) => (letRead = resolve));
    const get = (): Promise<Readable> => slow.then(() => Readable.from([Buffer.from('bytes')]));
    hot = new HotObjects({ get } as unknown as BlobStore);
    const reading = hot.get(object('x/a'));
    hot.apply(about(['x/a']));
    letRead();
    expect((await reading)?.toString()).toBe('bytes');
    expect(hot.peek(object('x/a'))).toBeUndefined();
  });
});
