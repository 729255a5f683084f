import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from '../offboarding/certificate.ts';
import { orderErasure } from '../offboarding/erasure-order.ts';
import { s3BlobStore } from '../platform/s3-blob-store.ts';
import { ResourceMoves } from '../resources/move-resource.ts';
import { hasRadosgw, sharedRadosgw } from '../testing/radosgw.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Moved {
  id: string;
  collection: string | null;
  oldPath: string;
  newPath: string;
  receipt: { epoch: number; mode: string } | null;
  code?: string;
}

const BYTES = Buffer.from('what the order is about\n'.repeat(100));
const boss: TestPerson = { id: 'boss', roles: ['ADM'] };
const buyer: TestPerson = { id: 'buyer', roles: ['BUY', 'DOC_UPL', 'DOC_VIEW'] };

/** What both stores must do. */
class Orders {
  readonly server: TestServer;
  constructor(server: TestServer) {
    this.server = server;
  }

  async add(owner: TestPerson): Promise<{ id: string; path: string }> {
    const { id, path } = await this.server.assembly.intake.add({
      tenantId: owner.tenantId ?? 'default',
      owner: await this.server.ownerOf(owner),
      actor: owner.id,
      kind: 'document',
      path: `users/${owner.id}/documents/${Math.random().toString(36).slice(2)}.txt`,
      displayName: 'Offer.txt',
      contentType: 'text/plain',
      body: Readable.from([BYTES]),
    });
    return { id, path };
  }

  async collection(...members: { id: string; role: string }[]): Promise<string> {
    const made = await this.server.call('POST', '/api/collections', { as: boss, body: { name: 'Order' } });
    const { id } = (await made.json()) as { id: string };
    if (members.length > 0)
      await this.server.call('POST', `/api/collections/${id}/members`, { as: boss, body: { members } });
    return id;
  }

  async post(path: string, as: TestPerson, body: unknown = {}): Promise<[number, Moved]> {
    const response = await this.server.call('POST', `/api${path}`, { as, body });
    return [response.status, (await response.json()) as Moved];
  }
  assign = (id: string, collection: string, as = ada) =>
    this.post(`/resources/${id}/assign`, as, { collection });
  unassign = (id: string, as = ada) => this.post(`/resources/${id}/unassign`, as);

  async text(url: string): Promise<string | number> {
    const response = await fetch(url);
    return response.ok ? response.text() : response.status;
  }

  async codeOfSigning(path: string, as: TestPerson): Promise<string> {
    const body = { path, reason: 'test' };
    const response = await this.server.call('POST', '/api/resources/sign', { as, body });
    return ((await response.json()) as { code?: string }).code ?? 'signed';
  }

  async row(id: string): Promise<{ path: string; key: string; collection: string | null }> {
    const { rows } = await this.server.database.pool.query<{
      path: string;
      key: string;
      collection: string | null;
    }>('SELECT path, object_key AS key, collection_id AS collection FROM resources WHERE id = $1', [id]);
    return rows[0]!;
  }

  /** Every object that is stored, once whatever is to be removed now is. */
  async objects(): Promise<string[]> {
    await this.server.assembly.leftovers.clear();
    const found: string[] = [];
    for await (const { key } of this.server.assembly.blobs.list()) found.push(key);
    return found.sort();
  }
  async known(): Promise<string[]> {
    const { rows } = await this.server.database.pool.query<{ key: string }>(
      'SELECT object_key AS key FROM resources WHERE object_key IS NOT NULL ORDER BY object_key COLLATE "C"',
    );
    return rows.map(({ key }) => key);
  }

  /** Resources have their bytes, and nothing else is stored. */
  async expectNothingLeft(): Promise<void> {
    while ((await this.objects()).length !== (await this.known()).length) await sleep(20);
    expect(await this.objects()).toEqual(await this.known());
  }
}

/** In, around and out again. */
async function roundTrip(orders: Orders): Promise<void> {
  const first = await orders.collection({ id: 'ada', role: 'SEL' }, { id: 'buyer', role: 'BUY' });
  const second = await orders.collection({ id: 'ada', role: 'SEL' });
  const { id, path } = await orders.add(ada);
  const before = await orders.row(id);
  const atHome = await orders.server.sign(path);
  expect(await orders.text(atHome)).toBe(BYTES.toString());

  const [status, moved] = await orders.assign(id, first);
  expect([status, moved.oldPath, moved.collection]).toEqual([200, path, first]);
  expect(moved.newPath).toBe(`collections/${first}/${path.split('/').at(-1)}`);
  expect(moved.receipt?.epoch).toBeGreaterThan(0);
  expect(await orders.text(atHome)).toBe(403);
  const after = await orders.row(id);
  expect([after.path, after.collection]).toEqual([moved.newPath, first]);
  expect(after.key).not.toBe(before.key);
  expect(await orders.codeOfSigning(path, ada)).toBe('not-allowed');
  for (const person of [ada, buyer, admin]) {
    expect(await orders.text(await orders.server.sign(moved.newPath, person))).toBe(BYTES.toString());
  }
  expect(await orders.codeOfSigning(moved.newPath, grace)).toBe('not-allowed');

  const again = await orders.assign(id, first);
  expect(again).toEqual([200, moved]);
  const inFirst = await orders.server.sign(moved.newPath);
  const [, further] = await orders.assign(id, second);
  expect(further.oldPath).toBe(moved.newPath);
  expect(await orders.text(inFirst)).toBe(403);
  expect(await orders.codeOfSigning(further.newPath, buyer)).toBe('not-allowed');
  const inSecond = await orders.server.sign(further.newPath);
  const [, home] = await orders.unassign(id);
  expect([home.newPath.split('/').slice(-2), home.collection]).toEqual([path.split('/').slice(-2), null]);
  expect((await orders.unassign(id))[1]).toEqual(home);
  expect(await orders.text(await orders.server.sign(home.newPath))).toBe(BYTES.toString());
  for (const old of [atHome, inFirst, inSecond]) expect(await orders.text(old)).toBe(403);
  // Back at a path where it was before: what was signed then stays dead.
  const [, back] = await orders.assign(id, first);
  expect(back.newPath).toBe(moved.newPath);
  expect(await orders.text(inFirst)).toBe(403);
  expect(await orders.text(await orders.server.sign(back.newPath))).toBe(BYTES.toString());
  await orders.expectNothingLeft();
}

describe('assigning resources to collections', () => {
  let orders: Orders;
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { api: 'off', sign: 'off' } });
    orders = new Orders(server);
  });

  afterAll(() => server.stop());

  it('moves object and path, ends the old URLs, and tells both paths, as often as it is repeated', async () => {
    await roundTrip(orders);
  });

  it('is in the audit at both paths, without the name of the collection', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const { id, path } = await orders.add(ada);
    const body = { collection, reason: 'belongs there' };
    const [, { newPath }] = await orders.post(`/resources/${id}/assign`, ada, body);
    const events = [
      ...(await server.auditRows('resource-assigned')),
      ...(await server.auditRows('resource-arrived')),
    ].filter((row) => row['resource_id'] === id);
    expect(events.map((row) => [row['resource_path'], row['reason'], row['actor'], row['owner']])).toEqual([
      [path, 'belongs there', 'ada', 'ada'],
      [newPath, `collection=${collection}`, 'ada', 'ada'],
    ]);
  });

  it('takes older versions with it, which stay for the owner alone', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' }, { id: 'buyer', role: 'BUY' });
    const { id, path } = await orders.add(ada);
    const headers = { 'content-type': 'text/plain' };
    await server.call('PUT', `/api/resources/${id}/content`, { as: ada, body: 'second', headers });
    const versions = async (as: TestPerson) => {
      const list = await server.call('GET', `/api/resources/${id}/versions`, { as });
      return list.ok ? ((await list.json()) as { items: { path: string }[] }).items : list.status;
    };
    const [before] = (await versions(ada)) as { path: string }[];
    const url = await server.sign(before!.path);
    const [, { newPath }] = await orders.assign(id, collection);
    expect(await orders.text(url)).toBe(403);
    const [after] = (await versions(ada)) as { path: string }[];
    expect(after!.path).toBe(before!.path.replace(path, newPath));
    expect(await orders.text(await server.sign(after!.path))).toBe(BYTES.toString());
    expect(await orders.text(await server.sign(newPath, buyer))).toBe('second');
    expect(await versions(buyer)).toBe(403);
    expect(await orders.codeOfSigning(after!.path, buyer)).toBe('not-allowed');
    await orders.expectNothingLeft();
  });

  it('is for owners who are in the collection, and for resource:assign', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const mine = await orders.add(ada);
    const hers = await orders.add(grace);
    expect((await orders.assign(hers.id, collection, grace))[0]).toBe(404);
    expect((await orders.assign(hers.id, collection, ada))[0]).toBe(404);
    expect((await orders.assign(mine.id, 'col_nothing', ada))[0]).toBe(404);
    expect((await orders.assign(mine.id, collection, { id: 'ada', roles: ['DOC_VIEW'] }))[0]).toBe(403);
    const rival = { id: 'ada', roles: ['globalAdmin'], tenantId: 'rivals' };
    expect((await orders.assign(mine.id, collection, rival))[0]).toBe(404);
    const clerk = { id: 'clerk', roles: ['DOC_UPLALL', 'DOC_VIEWALL'] };
    expect((await orders.assign(hers.id, collection, clerk))[0]).toBe(200);
    expect((await orders.unassign(hers.id, ada))[0])
      .withContext('who sees it is told so')
      .toBe(403);
    expect((await orders.unassign(hers.id, grace))[0]).toBe(200);
    await server.call('PATCH', `/api/collections/${collection}`, { as: boss, body: { status: 'archived' } });
    const [status, { code }] = await orders.assign(mine.id, collection);
    expect([status, code]).toEqual([409, 'collection-archived']);
  });

  it('gives nobody to read what they do not see, whatever they may assign', async () => {
    const thief = { id: 'thief', roles: ['ADM', 'DOC_UPLALL', 'DOC_VIEW'] };
    const made = await server.call('POST', '/api/collections', { as: thief, body: { name: 'Mine' } });
    const { id: own } = (await made.json()) as { id: string };
    const hers = await orders.add(grace);
    const missing = await orders.assign('res_nothing', own, thief);
    expect(await orders.assign(hers.id, own, thief)).toEqual(missing);
    expect(missing[0]).toBe(404);
    const many = { resources: [hers.id, 'res_nothing'] };
    const [, { results }] = (await orders.post(`/collections/${own}/resources`, thief, many)) as unknown as [
      number,
      { results: { error: unknown }[] },
    ];
    expect(results[0]!.error).toEqual(results[1]!.error);
    expect((await orders.row(hers.id)).path).toBe(hers.path);
    // What a collection shows them they may move, and no longer when they have left it.
    const shared = await orders.collection({ id: 'grace', role: 'BUY' }, { id: 'thief', role: 'BUY' });
    await orders.assign(hers.id, shared, grace);
    expect((await orders.unassign(hers.id, thief))[0]).toBe(200);
    await orders.assign(hers.id, shared, grace);
    await server.call('DELETE', `/api/collections/${shared}/members/thief`, { as: boss });
    expect(await orders.unassign(hers.id, thief)).toEqual(missing);
    expect((await orders.assign(hers.id, own, thief))[0]).toBe(404);
  });

  it('shows to everybody only what its owner or collection:manage takes out', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' }, { id: 'clerk', role: 'BUY' });
    const clerk = { id: 'clerk', roles: ['DOC_UPLALL', 'DOC_VIEWALL'] };
    for (const [who, status] of [
      [clerk, 403],
      [ada, 200],
      [admin, 200],
    ] as const) {
      const path = `public/team/${who.id}-portrait.png`;
      await server.addPhoto(path, ada);
      const found = await server.call('GET', `/api/resources/by-path?path=${path}`, { as: ada });
      const { id } = (await found.json()) as { id: string };
      expect((await orders.assign(id, collection))[0]).toBe(200);
      const [answer, { newPath = '' }] = await orders.unassign(id, who);
      expect([answer, newPath.startsWith('public/team/')]).toEqual([status, status === 200]);
    }
  });

  it('takes nothing out of an archived collection, and moves nothing that is not completed', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const { id } = await orders.add(ada);
    await orders.assign(id, collection);
    const set = (status: string) =>
      server.call('PATCH', `/api/collections/${collection}`, { as: boss, body: { status } });
    await set('archived');
    expect((await orders.unassign(id))[1].code).toBe('collection-archived');
    await set('active');
    await server.database.pool.query(`UPDATE resources SET state = 'quarantined' WHERE id = $1`, [id]);
    expect((await orders.unassign(id))[1].code).toBe('not-completed');
    await server.database.pool.query(`UPDATE resources SET state = 'completed' WHERE id = $1`, [id]);
    expect((await orders.unassign(id))[0]).toBe(200);
  });

  it('assigns several at once, each by itself, with one receipt', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const resources = [await orders.add(ada), await orders.add(grace), await orders.add(ada)];
    const ids = resources.map(({ id }) => id);
    const response = await server.call('POST', `/api/collections/${collection}/resources`, {
      as: ada,
      body: { resources: [...ids, 'res_nothing'] },
    });
    const { results, receipt } = (await response.json()) as {
      results: { id: string; newPath?: string; error?: { code: string } }[];
      receipt: { epoch: number };
    };
    expect(results.map(({ id, error, newPath }) => [id, error?.code ?? newPath?.split('/')[1]])).toEqual([
      [ids[0]!, collection],
      [ids[1]!, 'not-found'],
      [ids[2]!, collection],
      ['res_nothing', 'not-found'],
    ]);
    expect(receipt.epoch).toBeGreaterThan(0);
    const list = await server.call('GET', `/api/resources?collection=${collection}`, { as: ada });
    expect(((await list.json()) as { total: number }).total).toBe(2);
  });

  it('lets one of two at once win, and tells the other', async () => {
    const [first, second] = [
      await orders.collection({ id: 'ada', role: 'BUY' }),
      await orders.collection({ id: 'ada', role: 'BUY' }),
    ];
    const { blobs } = server.assembly;
    const copy = blobs.copy.bind(blobs);
    for (const other of ['assign', 'delete', 'overwrite'] as const) {
      const { id, path } = await orders.add(ada);
      let meanwhile: Promise<Response> | undefined;
      // The other one comes while the bytes are copied.
      spyOn(blobs, 'copy').and.callFake(async (from, to) => {
        await copy(from, to);
        (blobs.copy as jasmine.Spy).and.callFake(copy);
        const headers = { 'content-type': 'text/plain' };
        meanwhile =
          other === 'assign'
            ? server.call('POST', `/api/resources/${id}/assign`, { as: ada, body: { collection: second } })
            : other === 'delete'
              ? server.call('DELETE', `/api/resources/${id}`, { as: ada })
              : server.call('PUT', `/api/resources/${id}/content`, { as: ada, body: 'others', headers });
        expect([200, 202]).toContain((await meanwhile).status);
      });
      const [status, { code }] = await orders.assign(id, first);
      expect([status, code])
        .withContext(other)
        .toEqual(other === 'delete' ? [404, 'not-found'] : [409, 'resource-busy']);
      blobs.copy = copy;
      if (other === 'assign') expect((await orders.row(id)).collection).toBe(second);
      if (other === 'overwrite') expect(await orders.text(await server.sign(path))).toBe('others');
    }
    await orders.expectNothingLeft();
  });

  it('gives nobody a copy that is not what was copied, or that came too late', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const { id, path } = await orders.add(ada);
    const { blobs } = server.assembly;
    const copy = blobs.copy.bind(blobs);
    spyOn(blobs, 'copy').and.callFake(
      async (_from, to) => void (await blobs.put(to, Buffer.alloc(BYTES.length))),
    );
    expect((await orders.assign(id, collection))[1].code).toBe('storage-unavailable');
    (blobs.copy as jasmine.Spy).and.callFake(async (from, to) => {
      await copy(from, to);
      // As an erasure of somebody else does, or an hour.
      await server.database.pool.query('UPDATE discarded_blobs SET discarded_at = now()');
    });
    expect((await orders.assign(id, collection))[1].code).toBe('resource-busy');
    blobs.copy = copy;
    expect((await orders.row(id)).path).toBe(path);
    expect(await orders.text(await server.sign(path))).toBe(BYTES.toString());
    await orders.expectNothingLeft();
  });

  it('moves so many at once, of one person, of one tenant and in all', async () => {
    const { assembly } = server;
    const moves = new ResourceMoves(assembly, { most: 4, mostOfTenant: 3, mostOfPerson: 2 });
    const permissions = new Set(['resource:assign', 'resource:view-all'] as const);
    const ids = new Map<string, string>();
    for (const tenantId of ['default', 'second', 'third']) {
      ids.set(tenantId, (await orders.add({ ...ada, tenantId })).id);
    }
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const move = (tenantId: string, wait: Promise<void> = gate, id = 'ada') => {
      const principal = { ...ada, id, name: 'Ada', roles: [], anonymous: false, tenantId, permissions };
      const order = { principal: principal as never, id: ids.get(tenantId)! };
      return moves.move(order, 'resource-assigned', () => wait.then(() => undefined));
    };
    const running = [move('default'), move('default')];
    const busy = { status: 503, code: 'moves-busy', headers: { 'Retry-After': '5' } };
    await expectAsync(move('default')).toBeRejectedWith(jasmine.objectContaining(busy));
    // Who has no more than their share under way is not kept waiting by whoever has.
    running.push(move('default', gate, 'grace'));
    await expectAsync(move('default', gate, 'hedy')).toBeRejectedWith(jasmine.objectContaining(busy));
    running.push(move('second'));
    await expectAsync(move('third')).toBeRejectedWith(jasmine.objectContaining(busy));
    open();
    await Promise.all(running);
    for (const tenantId of ids.keys()) await move(tenantId, Promise.resolve());
  });

  it('refuses bad input, and moves nothing', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    const { id, path } = await orders.add(ada);
    for (const body of [
      ...[{}, [], 'x', { collection: 7 }, { collection: '' }, { collection: 'x'.repeat(65) }],
      ...[
        { collection, reason: '' },
        { collection, reason: 'x'.repeat(201) },
        { collection, path: 'public/x' },
      ],
    ]) {
      expect((await orders.post(`/resources/${id}/assign`, ada, body))[0])
        .withContext(JSON.stringify(body))
        .toBe(400);
    }
    for (const wanted of ['../../public', `${collection}/..`, '%00', "col_'"]) {
      expect((await orders.assign(id, wanted))[0]).toBe(404);
    }
    expect((await orders.assign(id, '\u0000'))[0]).toBe(400);
    expect((await orders.post(`/resources/${id}/unassign`, ada, { collection }))[0]).toBe(400);
    for (const body of [
      ...[{}, { resources: [] }, { resources: [id, id] }, { resources: 'x' }, { resources: [7] }],
      { resources: Array.from({ length: 101 }, (_none, n) => `res_${n}`) },
    ]) {
      expect((await orders.post(`/collections/${collection}/resources`, ada, body))[0])
        .withContext(JSON.stringify(body).slice(0, 60))
        .toBe(400);
    }
    expect((await orders.row(id)).path).toBe(path);
  });

  it('shows the collection to its members in lists, by id, by path and in batches, until they are removed', async () => {
    const collection = await orders.collection({ id: 'buyer', role: 'BUY' }, { id: 'ada', role: 'BUY' });
    const { id } = await orders.add(ada);
    const [, { newPath }] = await orders.assign(id, collection);
    const seen = async (): Promise<unknown[]> => {
      const list = await server.call('GET', `/api/resources?collection=${collection}`, { as: buyer });
      const byId = await server.call('GET', `/api/resources/${id}`, { as: buyer });
      const byPath = await server.call('GET', `/api/resources/by-path?path=${newPath}`, { as: buyer });
      const body = { resources: [newPath, `${newPath}x`, newPath].map((path) => ({ path, reason: 'test' })) };
      const batch = await server.call('POST', '/api/resources/sign/batch', { as: buyer, body });
      const { results } = (await batch.json()) as { results: { url?: string }[] };
      return [
        ((await list.json()) as { total: number }).total,
        ...[byId.status, byPath.status],
        results.map(({ url }) => url !== undefined),
      ];
    };
    expect(await seen()).toEqual([1, 200, 200, [true, false, true]]);
    const url = await server.sign(newPath, buyer);
    await server.call('DELETE', `/api/collections/${collection}/members/buyer`, { as: boss });
    expect(await seen()).toEqual([0, 404, 404, [false, false, false]]);
    expect(await orders.text(url))
      .withContext('as for roles in tokens')
      .toBe(BYTES.toString());
    await server.call('POST', `/api/resources/${id}/rotate`, { as: ada });
    expect(await orders.text(url)).toBe(403);
    expect(readdirSync(join(server.dataDir, 'files')).length).toBeGreaterThan(0);
  });
});

describe('who was revoked, while the token is good,', () => {
  let orders: Orders;
  let server: TestServer;
  const leaver: TestPerson = { id: 'leaver', roles: ['tenantMember', 'ADM', 'SEL'] };

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { api: 'off', sign: 'off' } });
    orders = new Orders(server);
  });

  afterAll(() => server.stop());

  const ask = async (method: string, path: string, body?: unknown): Promise<number> =>
    (await server.call(method, `/api${path}`, { as: leaver, ...(body === undefined ? {} : { body }) }))
      .status;

  /** What a collection and what is in it give to the leaver. */
  const given = async (collection: string, { id, path }: { id: string; path: string }) => {
    const list = await server.call('GET', `/api/resources?collection=${collection}`, { as: leaver });
    const all = await server.call('GET', `/api/collections`, { as: leaver });
    return {
      listed: ((await list.json()) as { total: number }).total,
      collections: ((await all.json()) as { total: number }).total,
      read: [await ask('GET', `/resources/${id}`), await ask('GET', `/resources/by-path?path=${path}`)],
      signed: await orders.codeOfSigning(path, leaver),
      seen: [
        await ask('GET', `/collections/${collection}`),
        await ask('GET', `/collections/${collection}/members`),
      ],
      managed: [
        await ask('PATCH', `/collections/${collection}`, { name: 'Order' }),
        await ask('POST', `/collections/${collection}/members`, { members: [{ id: 'friend', role: 'BUY' }] }),
        await ask('DELETE', `/collections/${collection}/members/friend`),
      ],
    };
  };
  const everything = (managed: number) => ({
    ...{ listed: 1, collections: 1, read: [200, 200], signed: 'signed', seen: [200, 200] },
    managed: [managed, managed, managed],
  });
  const nothing = {
    ...{ listed: 0, collections: 0, read: [404, 404], signed: 'not-allowed', seen: [404, 404] },
    managed: [404, 404, 404],
  };

  for (const how of ['a member', 'in it by a role of the token'] as const) {
    it(`is nothing in a collection any more, as ${how}, until reinstated`, async () => {
      await server.database.pool.query('DELETE FROM collection_members');
      await server.database.pool.query("UPDATE collections SET interested_roles = '{}'");
      const isMember = how === 'a member';
      await server.addPhoto(`public/team/${how.length}.png`, leaver);
      const collection = await orders.collection(
        { id: 'ada', role: 'BUY' },
        ...(isMember ? [{ id: 'leaver', role: 'ADM' }] : []),
      );
      if (!isMember) {
        const body = { interestedRoles: ['SEL'] };
        await server.call('PATCH', `/api/collections/${collection}`, { as: boss, body });
      }
      const { id } = await orders.add(ada);
      const [, { newPath: path }] = await orders.assign(id, collection);
      const before = everything(isMember ? 200 : 403);
      expect(await given(collection, { id, path })).toEqual(before);
      await server.call('POST', '/api/owners/leaver/revoke', { as: admin });
      expect(await given(collection, { id, path })).toEqual(nothing);
      const made = await server.call('POST', '/api/collections', { as: leaver, body: { name: 'Mine' } });
      expect([made.status, ((await made.json()) as { code: string }).code]).toEqual([403, 'owner-revoked']);
      const mine = await server.call('GET', '/api/resources?owner=leaver', { as: leaver });
      const [own] = ((await mine.json()) as { items: { id: string }[] }).items;
      expect(await ask('POST', `/resources/${own!.id}/assign`, { collection })).toBe(403);
      await server.call('POST', '/api/owners/leaver/reinstate', { as: admin });
      expect(await given(collection, { id, path })).toEqual(before);
    });
  }

  it('is in no collection after a departure, also once reinstated, and the departure says how many ended', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' });
    await server.database.pool.query(
      `INSERT INTO collections (id, tenant_id, name, name_key)
       SELECT 'col_' || n, 'default', 'Order', 'order' FROM generate_series(1, 120) AS n`,
    );
    await server.database.pool.query(
      `INSERT INTO collection_members (tenant_id, collection_id, member_id, role)
       SELECT 'default', id, 'leaver', 'BUY' FROM collections WHERE id ~ '^col_[0-9]+$' OR id = $1
       ON CONFLICT DO NOTHING`,
      [collection],
    );
    const members = "SELECT collection_id FROM collection_members WHERE member_id = 'leaver'";
    const { rowCount } = await server.database.pool.query(members);
    expect(rowCount).toBeGreaterThan(100);
    const left = await server.call('POST', '/api/departures', { as: admin, body: { owner: 'leaver' } });
    const { status, memberships } = (await left.json()) as { status: string; memberships: number };
    expect([status, memberships]).toEqual(['effective', rowCount!]);
    expect((await server.database.pool.query(members)).rowCount).toBe(0);
    const { rows } = await server.database.pool.query<{ events: number }>(
      `SELECT count(DISTINCT resource_id)::int AS events FROM resource_access_logs
        WHERE event = 'collection-member-removed' AND owner = 'leaver' AND actor = 'system' AND reason = 'departure'`,
    );
    expect(rows[0]!.events).toBe(rowCount!);
    await server.call('POST', '/api/owners/leaver/reinstate', { as: admin });
    expect(await ask('GET', `/collections/${collection}`)).toBe(404);
  });

  it('may leave without ever having owned something, when a collection has them', async () => {
    const collection = await orders.collection({ id: 'guest', role: 'BUY' });
    const leave = async (owner: string, query = ''): Promise<[number, unknown]> => {
      const answer = await server.call('POST', `/api/departures${query}`, { as: admin, body: { owner } });
      const { code, memberships } = (await answer.json()) as { code?: string; memberships?: number };
      return [answer.status, code ?? memberships];
    };
    expect(await leave('nobody')).toEqual([404, 'unknown-owner']);
    expect((await leave('guest', '?dryRun=true'))[0]).toBe(200);
    const known = "SELECT FROM owners WHERE owner_id = 'guest'";
    expect((await server.database.pool.query(known)).rowCount).toBe(0);
    expect(await leave('guest')).toEqual([201, 1]);
    const as = { id: 'guest', roles: ['DOC_VIEW'] };
    expect((await server.call('GET', `/api/collections/${collection}`, { as })).status).toBe(404);
  });

  it('is revoked without ever having owned something, and signs nothing until reinstated', async () => {
    const collection = await orders.collection({ id: 'ada', role: 'BUY' }, { id: 'reader', role: 'BUY' });
    const [, { newPath: path }] = await orders.assign((await orders.add(ada)).id, collection);
    const reader = { id: 'reader', roles: ['DOC_VIEW'] };
    const change = async (what: string): Promise<[number, unknown]> => {
      const answer = await server.call('POST', `/api/owners/${what}`, { as: admin });
      const { code, resources } = (await answer.json()) as { code?: string; resources?: number };
      return [answer.status, code ?? resources];
    };
    expect(await orders.codeOfSigning(path, reader)).toBe('signed');
    expect(await change('raeder/revoke')).toEqual([404, 'unknown-owner']);
    expect(await change('raeder/revoke?dryRun=true')).toEqual([404, 'unknown-owner']);
    expect(await change('reader/revoke?dryRun=true')).toEqual([200, 0]);
    expect(await orders.codeOfSigning(path, reader)).toBe('signed');
    expect((await change('reader/revoke'))[0]).toBe(200);
    expect(await orders.codeOfSigning(path, reader)).toBe('not-allowed');
    expect((await server.call('GET', `/api/collections/${collection}`, { as: reader })).status).toBe(404);
    expect((await change('reader/reinstate'))[0]).toBe(200);
    expect(await orders.codeOfSigning(path, reader)).toBe('signed');
  });

  it('is in nothing from the order of an erasure on, without ever having owned something', async () => {
    const collection = await orders.collection({ id: 'goer', role: 'BUY' });
    const seen = async (): Promise<number> =>
      (
        await server.call('GET', `/api/collections/${collection}`, {
          as: { id: 'goer', roles: ['DOC_VIEW'] },
        })
      ).status;
    expect(await seen()).toBe(200);
    // Nobody carries it out yet.
    const person = { tenantId: 'default', ownerId: 'goer', actor: 'admin' };
    await orderErasure(server.database.tenants, person, { tagOf: () => Buffer.from('goer') });
    expect(await seen()).toBe(404);
    const done = await server.call('POST', '/api/owners/goer/erase', {
      as: admin,
      body: { confirm: 'goer' },
    });
    const { certificate } = (await done.json()) as { certificate: Certificate };
    expect([certificate.deleted.memberships, certificate.deleted.keys]).toEqual([1, 0]);
    expect(certificate.receipt).not.toBeNull();
    expect((await server.database.pool.query("SELECT FROM owners WHERE owner_id = 'goer'")).rowCount).toBe(0);
  });
});

describe('assigning resources in a bucket', () => {
  it('moves them in the same way', async () => {
    if (!hasRadosgw) {
      pending('needs radosgw');
      return;
    }
    const gateway = await sharedRadosgw();
    const settings = gateway.settings('orders');
    const { bucket } = await s3BlobStore(settings);
    const { CreateBucketCommand } = bucket.packages.client;
    await bucket.client.send(new CreateBucketCommand({ Bucket: 'orders' }));
    const server = await TestServer.start({ s3: settings });
    await roundTrip(new Orders(server)).finally(() => server.stop());
  });
});
