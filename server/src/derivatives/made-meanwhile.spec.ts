import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { newBlobKey } from '../platform/blob-store.ts';
import { droppingProxy, type DroppingProxy } from '../testing/dropping-proxy.ts';
import type { Resource } from '../resources/resource.ts';
import { admin, TestServer, type TestPerson } from '../testing/test-server.ts';
import { derivativeOf } from './derivative-name.ts';
import { Derivatives } from './derivatives.ts';
import { FairTurns } from './fair-turns.ts';
import { derivativeImpossible } from './problems.ts';
import { keysIn } from './testing/second-server.ts';

describe('While a smaller picture is made', () => {
  let server: TestServer;
  let proxy: DroppingProxy;
  let people = 0;

  beforeAll(async () => {
    server = await TestServer.start(
      { deliveryUrl: 'http://cdn.test/cdn', derivativesAtOnce: 1 },
      async (url) => {
        proxy = await droppingProxy(url);
        return proxy.url;
      },
    );
  });
  afterAll(async () => {
    await server.stop();
    await proxy.close();
  });

  /** Somebody with a picture, and a URL of a smaller one that nobody has opened. */
  const somebody = async (tenantId = 'default') => {
    const person: TestPerson = { id: `maker-${(people += 1)}`, roles: ['tenantMember'], tenantId };
    const path = `public/team/${person.id}.png`;
    const create = { width: 400, height: 300, channels: 3, background: '#639' } as const;
    await server.addPhoto(path, person, await sharp({ create }).png().toBuffer());
    const { rows } = await server.database.pool.query<{ id: string; key: string }>(
      'SELECT id, object_key AS key FROM resources WHERE path = $1',
      [path],
    );
    const signed = async (width = 160): Promise<string> =>
      (await server.sign(`${path}/~${width}.webp`, person)).replace('http://cdn.test', server.origin);
    return { person, url: await signed(), signed, ...rows[0]! };
  };
  const post = (path: string, body: unknown): Promise<Response> =>
    server.call('POST', `/api${path}`, { as: admin, body });
  const codeOf = async (answer: Response) => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];
  const rows = async (key: string) =>
    (await server.database.pool.query('SELECT size FROM derivatives WHERE source_key = $1', [key])).rows;
  const objects = async () => (await keysIn(server.assembly.blobs)).sort();

  /** Holds the maker up at its next reading or storing of bytes. @returns when it is there, and what lets it go on */
  const hold = (at: 'get' | 'put') => {
    const { blobs } = server.assembly;
    const { promise: reached, resolve: isThere } = Promise.withResolvers<unknown>();
    const { promise: going, resolve: letGo } = Promise.withResolvers<unknown>();
    const original = blobs[at].bind(blobs) as (...given: unknown[]) => Promise<never>;
    const spy = spyOn(blobs, at).and.callFake(async (...given: unknown[]) => {
      spy.and.callThrough();
      isThere(undefined);
      await going;
      return original(...given);
    });
    return { reached, letGo };
  };

  for (const at of ['get', 'put'] as const) {
    it(`its owner is revoked: nobody sees it, and nothing of it stays (held up at ${at})`, async () => {
      const { person, url, key } = await somebody();
      const before = await objects();
      const { reached, letGo } = hold(at);
      const opened = fetch(url);
      await reached;
      expect((await post(`/owners/${person.id}/revoke`, { reason: 'spec' })).status).toBe(200);
      letGo(undefined);
      expect(await codeOf(await opened)).toEqual([403, 'refused']);
      expect([await objects(), await rows(key)]).toEqual([before, []]);
      const denied = (await server.auditRows('denial')).filter(({ owner }) => owner === person.id);
      expect(denied.map(({ reason }) => reason)).toEqual(['revoked-meanwhile']);
    });

    it(`its owner is erased: the erasure waits, and nothing of it stays (held up at ${at})`, async () => {
      const { person, url, key } = await somebody();
      const before = await objects();
      const { reached, letGo } = hold(at);
      const opened = fetch(url);
      await reached;
      const erase = async () => {
        const answer = await post(`/owners/${person.id}/erase`, { confirm: person.id });
        const { status, failure } = (await answer.json()) as { status: string; failure: string | null };
        return [answer.status, status, failure?.split(':')[0]];
      };
      expect(await erase()).toEqual([202, 'under-way', 'objects-left']);
      letGo(undefined);
      expect(await codeOf(await opened)).toEqual([403, 'refused']);
      // It may be at it again by itself.
      let ended = await erase();
      while (ended[0] === 202) ended = await erase();
      expect(ended).toEqual([200, 'done', undefined]);
      expect([await objects(), await rows(key)]).toEqual([before.filter((one) => one !== key), []]);
    });
  }

  it('its original is put into quarantine: nobody sees it, and nothing of it stays', async () => {
    const { id, key, url } = await somebody();
    const before = await objects();
    const { reached, letGo } = hold('put');
    const opened = fetch(url);
    await reached;
    expect((await post(`/resources/${id}/quarantine`, { reason: 'spec' })).status).toBe(200);
    letGo(undefined);
    expect(await codeOf(await opened)).toEqual([403, 'refused']);
    expect([await objects(), await rows(key)]).toEqual([before, []]);
  });

  it('its original is given away: the maker ends, and the new owner has it made anew', async () => {
    const { url, id, key } = await somebody();
    const { person: other } = await somebody();
    const { reached, letGo } = hold('put');
    const opened = fetch(url);
    await reached;
    expect((await post(`/resources/${id}/transfer`, { owner: other.id })).status).toBe(200);
    letGo(undefined);
    // The bytes are the same, so what is made stays; the URL does not.
    expect(await codeOf(await opened)).toEqual([403, 'refused']);
    expect((await rows(key)).length).toBe(1);
  });

  it('the database is gone: it is told, no bytes stay, and it is made when the database is back', async () => {
    const { url, key } = await somebody();
    const before = await objects();
    const { reached, letGo } = hold('put');
    const opened = fetch(url);
    await reached;
    proxy.dropAnswersTo('', Infinity);
    letGo(undefined);
    expect((await opened).status).toBe(503);
    proxy.dropAnswersTo('', 0);
    expect([await objects(), await rows(key)]).toEqual([before, [{ size: null }]]);
    // The claim is over after a while, and so are bytes that whoever had it has stored.
    const claimed = await server.database.pool.query<{ key: string }>(
      `UPDATE derivatives SET making_until = now() - INTERVAL '1 second' WHERE source_key = $1 RETURNING object_key AS key`,
      [key],
    );
    await server.assembly.blobs.put(claimed.rows[0]!.key, Buffer.from('late'));
    await server.assembly.leftovers.clear();
    expect(await rows(key)).toEqual([{ size: null }]);
    let answer = await fetch(url);
    while (answer.status === 503) answer = await fetch(url);
    expect(answer.status).toBe(200);
    while ((await objects()).length > before.length + 1) await server.assembly.leftovers.clear();
    expect([(await objects()).length, (await rows(key)).length]).toEqual([before.length + 1, 1]);
  });

  it('a commit is not answered: what was made is found or made again, and only once in the store', async () => {
    const { url, key } = await somebody();
    const before = await objects();
    const { reached, letGo } = hold('put');
    const opened = fetch(url);
    await reached;
    proxy.dropAnswersTo('COMMIT', 1);
    letGo(undefined);
    await opened;
    let answer = await fetch(url);
    while (answer.status === 503) answer = await fetch(url);
    expect(answer.status).toBe(200);
    while ((await objects()).length > before.length + 1) await server.assembly.leftovers.clear();
    expect([(await objects()).length, (await rows(key)).length]).toEqual([before.length + 1, 1]);
  });

  it('other tenants take turns: who has asked for many waits for who has asked for one', async () => {
    const many = await somebody();
    const one = await somebody('other');
    const urls = [many.url, await many.signed(320), await many.signed(640), one.url];
    const asked = spyOn(FairTurns.prototype, 'run').and.callThrough();
    const { reached, letGo } = hold('get');
    const opened: Promise<Response>[] = [];
    for (const [index, url] of urls.entries()) {
      opened.push(fetch(url));
      while (asked.calls.count() === index) await sleep(5);
    }
    await reached;
    letGo(undefined);
    expect((await Promise.all(opened)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const made = await server.database.pool.query<{ name: string; source: string }>(
      'SELECT name, source_key AS source FROM derivatives WHERE source_key = ANY($1) ORDER BY changed_at',
      [[many.key, one.key]],
    );
    expect(made.rows.map(({ name, source }) => `${source === one.key ? 'one' : 'many'} ${name}`)).toEqual([
      ...['many 160.webp', 'many 320.webp', 'one 160.webp', 'many 640.webp'],
    ]);
  });

  it('it cannot be made: that is told until it may be tried again, and is swept a day later', async () => {
    const { url, key } = await somebody();
    // As after a bad moment; the picture itself is good.
    await server.database.pool.query(
      `INSERT INTO derivatives (tenant_id, source_key, name, object_key, failure, retry_at)
       VALUES ('default', $1, '160.webp', $2, 'Too slow.', now() + INTERVAL '5 minutes')`,
      [key, newBlobKey()],
    );
    const told = await fetch(url);
    expect([told.status, ((await told.json()) as { detail: string }).detail]).toEqual([422, 'Too slow.']);
    await server.assembly.leftovers.clear();
    expect((await rows(key)).length).toBe(1);
    await server.database.pool.query('UPDATE derivatives SET retry_at = now() WHERE source_key = $1', [key]);
    expect((await fetch(url)).status).toBe(200);
    await server.database.pool.query(
      `UPDATE derivatives SET failure = 'x', size = NULL, retry_at = now() - INTERVAL '1 day' WHERE source_key = $1`,
      [key],
    );
    // A connection that was cut before is noticed when it is used.
    while ((await rows(key)).length > 0) await server.assembly.leftovers.clear();
    expect(await rows(key)).toEqual([]);
  });

  it('it cannot be made again and again: the pause is twice as long each time, up to a day', async () => {
    const { key, id } = await somebody();
    const resource = await visible(id);
    const { db, blobs } = server.assembly;
    const derivatives = new Derivatives({ db, blobs, atOnce: 1, maxPixels: 1e6 });
    const read = spyOn(blobs, 'get').and.rejectWith(derivativeImpossible('Too slow.', 300));
    const pauses: number[] = [];
    while (pauses.length < 11) {
      await expectAsync(derivatives.of(resource, derivativeOf(160))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'derivative-impossible' }),
      );
      await server.assembly.leftovers.clear();
      const { rows: told } = await server.database.pool.query<{ pause: number }>(
        `SELECT extract(epoch FROM retry_at - changed_at)::int / 60 AS pause FROM derivatives WHERE source_key = $1`,
        [key],
      );
      pauses.push(told[0]?.pause ?? 0);
      // As if that time were over.
      await server.database.pool.query(
        'UPDATE derivatives SET retry_at = now(), changed_at = now() - (retry_at - changed_at) WHERE source_key = $1',
        [key],
      );
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    expect(read).toHaveBeenCalledTimes(11);
    read.and.callThrough();
    expect((await derivatives.of(resource, derivativeOf(160))).contentType).toBe('image/webp');
  });

  it('others make it, or its original takes long to be read: whoever waits is told to come again', async () => {
    const { key, id } = await somebody();
    const { db, blobs } = server.assembly;
    const resource = await visible(id);
    const options = { db, blobs, atOnce: 1, maxPixels: 1e6 };
    const busy = (why: string) =>
      jasmine.objectContaining({ code: 'derivatives-busy', detail: jasmine.stringContaining(why) });
    const slow = new Derivatives({ ...options, makingMs: -1 });
    const before = await objects();
    await expectAsync(slow.of(resource, derivativeOf(160))).toBeRejectedWith(busy('too long'));
    expect([await objects(), await rows(key)]).toEqual([before, []]);
    await server.database.pool.query(
      `INSERT INTO derivatives (tenant_id, source_key, name, object_key, making_until)
       VALUES ('default', $1, '160.webp', $2, now() + INTERVAL '1 minute')`,
      [key, newBlobKey()],
    );
    const hasty = new Derivatives({ ...options, patienceMs: 1 });
    await expectAsync(hasty.of(resource, derivativeOf(160))).toBeRejectedWith(busy('Another server'));
  });

  it('its original is too large to be held in memory: it is not read', async () => {
    const { id, key } = await somebody();
    const resource = { ...(await visible(id)), size: 64 * 1024 * 1024 + 1 };
    const { db, blobs } = server.assembly;
    const read = spyOn(blobs, 'get').and.callThrough();
    const derivatives = new Derivatives({ db, blobs, atOnce: 1, maxPixels: 1e6 });
    await expectAsync(derivatives.of(resource, derivativeOf(160))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'derivative-impossible', rememberSeconds: 86_400 }),
    );
    expect(read).not.toHaveBeenCalled();
    const { rows: told } = await server.database.pool.query(
      `SELECT retry_at > now() + INTERVAL '23 hours' AS "forADay" FROM derivatives WHERE source_key = $1`,
      [key],
    );
    expect(told).toEqual([{ forADay: true }]);
  });

  it('the bytes of its original are gone: it is told, and nobody is kept from trying again', async () => {
    const { key, url } = await somebody();
    await server.assembly.blobs.delete(key);
    for (let tries = 0; tries < 2; tries += 1)
      expect(await codeOf(await fetch(url))).toEqual([404, 'not-found']);
    expect(await rows(key)).toEqual([]);
  });

  it('its original is gone without a word: what was made is swept, row and bytes', async () => {
    const { id, key, url } = await somebody();
    expect((await fetch(url)).status).toBe(200);
    const before = await objects();
    await server.database.pool.query('DELETE FROM resources WHERE id = $1', [id]);
    while ((await rows(key)).length > 0) await server.assembly.leftovers.clear();
    expect((await objects()).length).toBe(before.length - 1);
    await server.assembly.blobs.delete(key);
  });
  const visible = async (id: string): Promise<Resource> => {
    const { rows: found } = await server.database.pool.query<{ path: string }>(
      'SELECT path FROM resources WHERE id = $1',
      [id],
    );
    return (await server.assembly.catalog.find('default', found[0]!.path))!;
  };
});
