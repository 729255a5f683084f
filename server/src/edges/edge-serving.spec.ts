import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { Change } from '../leases/change.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipt } from '../leases/receipts.ts';
import { newBlobKey } from '../platform/blob-store.ts';
import { systemClock } from '../platform/clock.ts';
import { transaction } from '../platform/database.ts';
import { droppingProxy, type DroppingProxy } from '../testing/dropping-proxy.ts';
import { admin, TestServer, type TestPerson } from '../testing/test-server.ts';
import type { ToldPath } from './edge-resolver.ts';
import { EdgeClient, EdgeRefused, type EdgeClientOptions } from './testing/edge-client.ts';

describe('an edge', () => {
  let server: TestServer;
  let proxy: DroppingProxy;
  const edges: EdgeClient[] = [];
  let owners = 0;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off', api: 'off' } });
    // Receipts that have to wait for a lease to end wait less.
    await server.database.pool.query('UPDATE epoch SET lease_ms = 1000');
    await server.database.pool.query('UPDATE epoch SET longest_lease_ms = 1000');
    proxy = await droppingProxy(server.origin);
  });

  afterEach(async () => {
    await Promise.all(edges.splice(0).map((edge) => edge.stop()));
    await server.database.pool.query(
      'UPDATE holders SET ended_at = now() WHERE edge_id IS NOT NULL AND ended_at IS NULL',
    );
  });

  afterAll(async () => {
    await proxy.close();
    await server.stop();
  });

  const credentialOf = async (name: string): Promise<{ id: string; credential: string }> => {
    const body = { name: `${name}-${(owners += 1)}` };
    return (await (await server.call('POST', '/api/edges', { as: admin, body })).json()) as never;
  };
  const edgeOf = (credential: string, options: Partial<EdgeClientOptions> = {}): EdgeClient => {
    const edge = new EdgeClient({ api: `${server.origin}/api`, credential, ...options });
    edges.push(edge);
    return edge;
  };
  const startEdge = async (name: string, options: Partial<EdgeClientOptions> = {}): Promise<EdgeClient> => {
    const edge = edgeOf((await credentialOf(name)).credential, options);
    await edge.start();
    return edge;
  };
  /** Somebody with a picture, and the target of a URL to it. */
  const somebody = async (): Promise<{ person: TestPerson; path: string; target: string }> => {
    const person = { id: `owner-${(owners += 1)}`, roles: ['tenantMember'] };
    const path = `public/team/${person.id}.png`;
    await server.addPhoto(path, person);
    return { person, path, target: await targetOf(path, person) };
  };
  const targetOf = async (path: string, as: TestPerson): Promise<string> => {
    const { pathname, search } = new URL(await server.sign(path, as));
    return pathname.replace('/cdn', '') + search;
  };
  const revoke = async ({ id }: TestPerson): Promise<Receipt> =>
    (await (await server.call('POST', `/api/owners/${id}/revoke`, { as: admin })).json()) as Receipt;
  const post = async (credential: string, call: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${credential}` };
    const response = await server.call('POST', `/api/edges/${call}`, { body, headers });
    return { status: response.status, ...((await response.json()) as object) };
  };

  it('serves what the server would, refuses what was changed, and refuses after the receipt that names it', async () => {
    const { person, target } = await somebody();
    const other = await somebody();
    const edge = await startEdge('paris');
    expect(await edge.check(target)).toBe(200);
    expect(await edge.check(other.target)).toBe(200);
    expect(await edge.check(target.replace('.png?', '.pn?'))).toBe(403);
    expect(await edge.check(target.replace(/sig=.{4}/, 'sig=AAAA'))).toBe(403);
    expect(await edge.check(target.replace(/exp=\d+/, 'exp=1000000000'))).toBe(403);
    expect(await edge.check('/nothing')).toBe(403);
    const receipt = await revoke(person);
    expect(await edge.check(target)).toBe(403);
    expect(await edge.check(other.target)).toBe(200);
    expect(receipt.mode).toBe('early');
    expect(receipt.acknowledged.filter((name) => name.startsWith('edge:paris'))).toHaveSize(1);
  });

  it('that was killed makes one receipt wait until its lease is over, and no other', async () => {
    const first = await somebody();
    const second = await somebody();
    const edge = await startEdge('oslo');
    expect(await edge.check(first.target)).toBe(200);
    edge.kill();
    const receipt = await revoke(first.person);
    expect([receipt.mode, receipt.lapsed.length]).toEqual(['fallback', 1]);
    expect(receipt.lapsed[0]).toContain('edge:oslo');
    expect((await revoke(second.person)).mode).toBe('early');
  });

  it('that is cut off serves nothing after the receipt, and begins anew when it is back', async () => {
    const { person, target } = await somebody();
    const { credential } = await credentialOf('rome');
    const edge = edgeOf(credential, { api: `${proxy.url}api` });
    await edge.start();
    expect(await edge.check(target)).toBe(200);
    const { incarnation } = edge;
    proxy.swallow();
    const receipt = await revoke(person);
    expect(receipt.mode).toBe('fallback');
    expect(await edge.check(target)).toBe(503);
    proxy.heal();
    while (!edge.holds()) await sleep(20);
    expect(edge.incarnation).not.toBe(incarnation);
    expect(await edge.check(target)).toBe(403);
  });

  it('does not believe an answer that a revocation has overtaken', async () => {
    const { person, target } = await somebody();
    let release = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (release = resolve));
    let asked = (): void => undefined;
    const wasRead = new Promise<void>((resolve) => (asked = resolve));
    let isHeld = true;
    const edge = await startEdge('bern', {
      fetch: async (url, init) => {
        const response = await fetch(url as string, init);
        if (!isHeld || !(url as string).endsWith('resolve')) return response;
        isHeld = false;
        const text = await response.text();
        expect(text).toContain('"kid"');
        asked();
        await arrived;
        return new Response(text, response);
      },
    });
    const verdict = edge.check(target);
    await wasRead;
    expect((await revoke(person)).mode).toBe('early');
    release();
    expect(await verdict).toBe(403);
    expect(await edge.check(target)).toBe(403);
  });

  /** Commits a statement with the change that it is, and waits until nobody serves without it. */
  const change = async (
    statement: string,
    values: unknown[],
    told: Omit<Change, 'tenantId'>,
  ): Promise<Receipt> => {
    const epoch = await transaction(server.database.pool, async (connection) => {
      await connection.query(statement, values);
      return advanceEpoch(connection, { tenantId: 'default', ...told });
    });
    return server.assembly.receipts.settle(epoch);
  };

  it('refuses a single revoked URL, and URLs from before a rotation of their path', async () => {
    const { path, target } = await somebody();
    const other = await targetOf(path, admin);
    const edge = await startEdge('wien');
    expect([await edge.check(target), await edge.check(other)]).toEqual([200, 200]);

    const query = new URLSearchParams(target.split('?')[1]);
    const kid = query.get('kid') ?? '';
    const sig = `sig_${query.get('sid')}`;
    await change(
      "INSERT INTO revoked_signatures VALUES ('default', $1, $2, now() + INTERVAL '1 day')",
      [sig, kid],
      { change: 'signature-revoked', kids: [kid], signatureIds: [sig] },
    );
    expect([await edge.check(target), await edge.check(other)]).toEqual([403, 200]);

    const rotated = await change('UPDATE resources SET rotation = rotation + 1 WHERE path = $1', [path], {
      change: 'path-rotated',
      paths: [path],
    });
    expect(rotated.mode).toBe('early');
    expect(await edge.check(other)).toBe(403);
    expect(await edge.check(await targetOf(path, admin))).toBe(200);
  });

  describe('asked for a smaller picture', () => {
    const made = async (target: string): Promise<Buffer> => {
      const answer = await fetch(`${server.origin}/cdn${target}`);
      expect(answer.status).toBe(200);
      return Buffer.from(await answer.arrayBuffer());
    };
    const told = async (credential: string, path: string) =>
      ((await post(credential, 'resolve', { paths: [path] }))['paths'] as ToldPath[])[0]?.derivatives;

    it('asks a server that makes it, then serves it from the store, and refuses it with its original', async () => {
      const { person, path } = await somebody();
      const { credential } = await credentialOf('riga');
      const edge = edgeOf(credential);
      await edge.start();
      const [small, other] = [
        await targetOf(`${path}/~160.webp`, person),
        await targetOf(`${path}/~160.avif`, person),
      ];
      expect(await edge.check(small)).toBe('forward');
      expect(await told(credential, path)).toEqual({});
      const bytes = await made(small);
      expect([await edge.check(small), await edge.check(other)]).toEqual([200, 'forward']);
      // A path of a derivative is none of a resource.
      expect((await post(credential, 'resolve', { paths: [`${path}/~160.webp`] }))['paths']).toEqual([]);
      const found = (await told(credential, path))?.['160.webp'];
      expect([found?.contentType, found?.size]).toEqual(['image/webp', bytes.length]);
      expect(found?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      const chunks = await (await server.assembly.blobs.get(found?.objectKey ?? '')).toArray();
      expect(Buffer.concat(chunks as Buffer[]).equals(bytes)).toBeTrue();

      // No URL of one opens the other, nor the original.
      for (const [from, to] of [
        ['~160.webp', '~160.avif'],
        ['/~160.webp', ''],
      ] as const)
        expect(await edge.check(small.replace(from, to))).toBe(403);
      const receipt = await revoke(person);
      expect(receipt.acknowledged.some((name) => name.startsWith('edge:riga'))).toBeTrue();
      expect([await edge.check(small), await edge.check(other)]).toEqual([403, 403]);
    });

    it('of a film serves what is made of its poster, and nothing of the one before', async () => {
      const { person } = await somebody();
      const { credential } = await credentialOf('vilnius');
      const edge = edgeOf(credential);
      await edge.start();
      const body = await readFile(new URL('../samples/video/clip.webm', import.meta.url));
      const headers = { 'content-type': 'video/webm' };
      const sent = await server.call('POST', '/api/resources?kind=video&name=film', {
        as: person,
        body,
        headers,
      });
      const { id, path } = (await sent.json()) as { id: string; path: string };
      const put = async (background: string) => {
        const create = { width: 40, height: 30, channels: 3, background } as const;
        const poster = await sharp({ create }).png().toBuffer();
        const options = { as: person, body: poster, headers: { 'content-type': 'image/png' } };
        return (await server.call('PUT', `/api/resources/${id}/poster`, options)).status;
      };
      expect(await put('#f00')).toBe(201);
      const before = await targetOf(`${path}/~160.webp`, person);
      expect(await edge.check(before)).toBe('forward');
      await made(before);
      expect(await edge.check(before)).toBe(200);
      // One that somebody makes at this moment is not there yet.
      await server.database.pool.query(
        `INSERT INTO derivatives (tenant_id, source_key, name, object_key, making_until)
         SELECT tenant_id, source_key, '640.webp', $1, now() + INTERVAL '1 minute' FROM derivatives
          WHERE source_key IN (SELECT d.object_key FROM derivatives d JOIN resources r ON r.object_key = d.source_key
            WHERE r.id = $2)`,
        [newBlobKey(), id],
      );
      expect(Object.keys((await told(credential, path)) ?? {})).toEqual(['160.webp']);
      expect(await put('#00f')).toBe(200);
      expect(await edge.check(before)).toBe(403);
      const after = await targetOf(`${path}/~160.webp`, person);
      expect(await edge.check(after)).toBe('forward');
      await made(after);
      expect(await edge.check(after)).toBe(200);
    });
  });

  it('forgets every path under a prefix that was taken down', async () => {
    const { path, target } = await somebody();
    const edge = await startEdge('brno');
    expect(await edge.check(target)).toBe(200);
    await change("UPDATE resources SET state = 'quarantined' WHERE path = $1", [path], {
      change: 'prefix-revoked',
      prefixes: [path.slice(0, -5)],
    });
    expect(await edge.check(target)).toBe(403);
  });

  it('whose credential is revoked is waited for until its lease is over, and then serves nothing', async () => {
    const { target } = await somebody();
    const { id, credential } = await credentialOf('genf');
    const edge = edgeOf(credential);
    await edge.start();
    expect(await edge.check(target)).toBe(200);
    const closed = await server.call('DELETE', `/api/edges/${id}`, { as: admin });
    const receipt = (await closed.json()) as Receipt;
    expect([receipt.mode, receipt.lapsed.length]).toEqual(['fallback', 1]);
    expect(await edge.check(target)).toBe(503);
    await expectAsync(edge.renew()).toBeRejectedWithError(EdgeRefused);
  });

  it('goes on without a break when its credential is rotated', async () => {
    const { target } = await somebody();
    const { id, credential } = await credentialOf('graz');
    const edge = edgeOf(credential);
    await edge.start();
    await server.call('POST', `/api/edges/${id}/rotate`, { as: admin });
    await edge.renew();
    expect(await edge.check(target)).toBe(200);
  });

  it('that leaked leaves no key alive that it was told, and their owners sign on', async () => {
    const told = await somebody();
    const untold = await somebody();
    const { id, credential } = await credentialOf('linz');
    const edge = edgeOf(credential);
    await edge.start();
    expect(await edge.check(told.target)).toBe(200);
    await edge.stop();
    const leaked = await server.call('POST', `/api/edges/${id}/leaked`, { as: admin });
    const {
      owners: count,
      keys,
      receipt,
    } = (await leaked.json()) as { owners: number; keys: number; receipt: Receipt };
    expect([leaked.status, count, keys, receipt.mode]).toEqual([200, 1, 1, 'early']);
    const served = async (target: string): Promise<number> =>
      (await fetch(`${server.origin}/cdn${target}`)).status;
    expect([await served(told.target), await served(untold.target)]).toEqual([403, 200]);
    const fresh = await server.sign(told.path, told.person);
    expect((await fetch(fresh)).status).toBe(200);
    expect((await post(credential, 'resolve', { paths: ['a'] }))['status']).toBe(401);
    const again = await server.call('POST', `/api/edges/${id}/leaked`, { as: admin });
    // What was destroyed before has its receipt here, not only the credential.
    expect(await again.json()).toEqual({ owners: 0, keys: 0, receipt });
  });

  it('of another tenant is neither waited for nor named', async () => {
    const rival = { ...admin, tenantId: 'rivals' };
    const added = await server.call('POST', '/api/edges', { as: rival, body: { name: 'theirs' } });
    const edge = edgeOf(((await added.json()) as { credential: string }).credential);
    await edge.start();
    edge.kill();
    const { person } = await somebody();
    const receipt = await revoke(person);
    expect([receipt.mode, ...receipt.acknowledged, ...receipt.lapsed].join()).not.toContain('theirs');
    expect(receipt.mode).toBe('early');
  });

  describe('asked for a lease', () => {
    let credential: string;
    let stranger: string;
    let incarnation: string;

    beforeEach(async () => {
      credential = (await credentialOf('nancy')).credential;
      stranger = (await credentialOf('metz')).credential;
      incarnation = crypto.randomUUID();
    });

    const lease = (body: object, as = credential) => post(as, 'lease', { incarnation, ...body });
    const stored = async (): Promise<unknown> => {
      const { rows } = await server.database.pool.query<{ acknowledged: number; ended: boolean }>(
        'SELECT acknowledged, ended_at IS NOT NULL AS ended FROM holders WHERE incarnation = $1',
        [incarnation],
      );
      return rows[0];
    };

    it('registers before it lends, tells what happened since, and lends for what was acknowledged', async () => {
      const first = await lease({});
      expect(first).toEqual(
        jasmine.objectContaining({ status: 200, drop: true, changes: [], leaseMs: 1000 }),
      );
      expect(first['acknowledged']).toBe(first['epoch']);
      const { person } = await somebody();
      const receipt = revoke(person);
      let news = await lease({ cursor: first['epoch'] });
      while ((news['changes'] as unknown[]).length === 0) news = await lease({ cursor: first['epoch'] });
      // Nobody may rely on a lease of which a receipt knows nothing: it is still the one from before.
      expect(news['acknowledged']).toBe(first['acknowledged']);
      expect(news['changes']).toEqual([
        jasmine.objectContaining({ change: 'key-revoked', tenant: 'default', epoch: news['epoch'] }),
      ]);
      expect(JSON.stringify(news)).not.toContain(person.id);
      const done = await lease({ cursor: news['epoch'], acknowledged: news['epoch'] });
      expect(done['acknowledged']).toBe(news['epoch']);
      expect((await receipt).mode).toBe('early');
    });

    it('takes no acknowledgement of another edge, none of the future, and none back', async () => {
      const { epoch } = (await lease({})) as { epoch: number };
      const { person } = await somebody();
      await revoke(person);
      const forged = await lease({ cursor: epoch, acknowledged: epoch + 1 }, stranger);
      expect([forged['status'], forged['code']]).toEqual([409, 'incarnation-ended']);
      const registered = await lease({}, stranger);
      expect([registered['status'], registered['code']]).toEqual([409, 'incarnation-ended']);
      const unknown = await post(credential, 'lease', { incarnation: crypto.randomUUID(), cursor: epoch });
      expect(unknown['code']).toBe('incarnation-ended');
    });

    it('stands by what was acknowledged when an old question is sent again', async () => {
      const { epoch } = (await lease({})) as { epoch: number };
      const future = await lease({ cursor: epoch, acknowledged: epoch + 10 });
      expect(future['code']).toBe('epoch-ahead');
      const ahead = await lease({ cursor: epoch + 10 });
      expect(ahead['code']).toBe('epoch-ahead');
      const { person } = await somebody();
      const receipt = revoke(person);
      while ((await lease({ cursor: epoch + 1, acknowledged: epoch + 1 }))['status'] !== 200) await sleep(5);
      const replayed = await lease({ cursor: epoch, acknowledged: epoch });
      expect(replayed['acknowledged']).toBe(epoch + 1);
      expect(await stored()).toEqual({ acknowledged: epoch + 1, ended: false });
      await receipt;
    });

    it('registers anew once it has ended', async () => {
      const { epoch } = (await lease({})) as { epoch: number };
      expect((await lease({ cursor: epoch, ended: true }))['leaseMs']).toBe(0);
      expect((await lease({ cursor: epoch }))['code']).toBe('incarnation-ended');
      expect((await lease({}))['code']).toBe('incarnation-ended');
      expect(await stored()).toEqual(jasmine.objectContaining({ ended: true }));
    });

    it('forgets everything when the log goes back no further', async () => {
      const { epoch } = (await lease({})) as { epoch: number };
      const { person } = await somebody();
      const receipt = revoke(person);
      while ((await lease({ cursor: epoch }))['epoch'] === epoch) await sleep(5);
      await server.database.pool.query('UPDATE epoch SET compacted_to = $1', [epoch + 1]);
      const answer = await lease({ cursor: epoch, acknowledged: epoch });
      expect([answer['drop'], answer['changes']]).toEqual([true, []]);
      await receipt;
    });
  });

  it('ends its lease by the wall clock and by the monotonic clock, whichever is first', async () => {
    const skew = { monotonic: 0, now: 0 };
    const clock = {
      now: () => systemClock.now() + skew.now,
      monotonic: () => systemClock.monotonic() + skew.monotonic,
    };
    const { credential } = await credentialOf('gent');
    for (const jump of [{ now: 1000 }, { monotonic: 1000 }, { now: -60_000 }]) {
      Object.assign(skew, { now: 0, monotonic: 0 });
      const edge = edgeOf(credential, { clock });
      await edge.renew();
      expect(edge.holds()).toBe(true);
      Object.assign(skew, jump);
      expect(edge.holds()).toBe(false);
    }
  });

  it('counts out the runs that died without a word, before there are too many', async () => {
    const { id, credential } = await credentialOf('lille');
    await server.database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind, acknowledged, edge_id, tenants)
       SELECT gen_random_uuid(), 'edge:lille', 'edge', e.n, $1, '{default}' FROM epoch e, generate_series(1, 64)`,
      [id],
    );
    await post(credential, 'lease', { incarnation: crypto.randomUUID() });
    const living = async (): Promise<number> => {
      const list = await server.call('GET', '/api/edges', { as: admin });
      const { items } = (await list.json()) as { items: { id: string; incarnations: number }[] };
      return items.find((one) => one.id === id)?.incarnations ?? 0;
    };
    while ((await living()) > 1) await sleep(50);
    expect(await living()).toBeLessThanOrEqual(1);
  });
});
