import { setTimeout as sleep } from 'node:timers/promises';
import { collectionsOf } from '../resources/list.store.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

interface Shown {
  id: string;
  name: string;
  role: string | null;
  status: string;
  revision: number;
}

const boss: TestPerson = { id: 'boss', roles: ['ADM'] };
/** The same person, who looks after all collections. */
const keeper: TestPerson = { id: 'boss', roles: ['tenantAdmin'] };
const buyer: TestPerson = { id: 'buyer', roles: ['BUY'] };
const elsewhere: TestPerson = { id: 'admin', roles: ['globalAdmin'], tenantId: 'rivals' };

describe('collections', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      rateLimits: { api: 'off' },
      ...{ tenantCollections: 100, userCollections: 90, collectionMembers: 201 },
    });
  });

  afterAll(() => server.stop());

  const call = async <T = Shown>(
    method: string,
    path: string,
    as: TestPerson,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<[number, T & { code?: string }]> => {
    const response = await server.call(method, `/api/collections${path}`, {
      as,
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    });
    return [response.status, (await response.json()) as T & { code?: string }];
  };
  const make = async (name: string, as = boss, rest = {}): Promise<Shown> => {
    const [status, made] = await call('POST', '', as, { name, ...rest });
    expect(status).toBe(201);
    return made;
  };
  const add = (id: string, members: unknown, as = boss) =>
    call<{ changed: number }>('POST', `/${id}/members`, as, { members });
  const names = async (as: TestPerson, query = ''): Promise<string[]> => {
    const [, { items }] = await call<{ items: Shown[] }>('GET', `?limit=200${query}`, as);
    return items.map(({ name }) => name);
  };

  it('belong to whoever makes one, and are seen by its members and by roles in the token', async () => {
    const { id, role } = await make('Order 1', boss, { interestedRoles: ['SEL', 'my-role'] });
    expect(role).toBe('ADM');
    const roleOf = async (as: TestPerson) => {
      const [status, { role }] = await call('GET', `/${id}`, as);
      return status === 200 ? role : status;
    };
    const view = { id: 'someone', roles: ['DOC_VIEW'] };
    expect(await roleOf(view)).toBe(404);
    expect(await roleOf(buyer)).toBe(404);
    expect(await roleOf({ id: 'x', roles: ['SEL'] })).toBe('SEL');
    expect(await roleOf({ id: 'x', roles: ['DOC_VIEW', 'my-role'] })).toBe('BUY');
    expect(await roleOf({ id: 'all', roles: ['DOC_VIEWALL'] })).toBeNull();
    expect(await roleOf(elsewhere)).toBe(404);
    expect(await add(id, [{ id: 'buyer', role: 'BUY' }])).toEqual([200, { changed: 1 }]);
    expect(await roleOf(buyer)).toBe('BUY');
    expect(await names(buyer)).toEqual(['Order 1']);
    // A membership outdoes what the token says.
    expect((await add(id, [{ id: 'buyer', role: 'ADM' }]))[1].changed).toBe(1);
    expect((await add(id, [{ id: 'buyer', role: 'ADM' }]))[1].changed).toBe(0);
    expect(await roleOf(buyer)).toBe('ADM');
    expect((await call('DELETE', `/${id}/members/buyer`, boss))[1]).toEqual({ changed: 1 } as never);
    expect((await call('DELETE', `/${id}/members/buyer`, boss))[1]).toEqual({ changed: 0 } as never);
    expect(await roleOf(buyer)).toBe(404);
    const rows = await server.database.pool.query<{ event: string; owner: string; reason: string }>(
      'SELECT event, owner, reason FROM resource_access_logs WHERE resource_id = $1 ORDER BY batch_no',
      [id],
    );
    expect(rows.rows.map(({ event, owner, reason }) => [event, owner, reason].join(' '))).toEqual([
      'collection-created  ',
      'collection-member-added buyer role=BUY',
      'collection-member-added buyer role=ADM',
      'collection-member-removed buyer ',
    ]);
  });

  it('are changed by their ADM and by collection:manage, once for each revision', async () => {
    const { id, revision } = await make('Order 2', keeper, { externalId: 'SB-2' });
    await add(id, [
      { id: 'buyer', role: 'BUY' },
      { id: 'ada', role: 'ADM' },
    ]);
    const ifMatch = { 'if-match': `"${revision}"` };
    const [, renamed] = await call('PATCH', `/${id}`, ada, { name: ' Order two ' }, ifMatch);
    expect([renamed.name, renamed.revision]).toEqual(['Order two', revision + 1]);
    expect((await call('PATCH', `/${id}`, ada, { name: 'late' }, ifMatch))[0]).toBe(412);
    expect((await call('PATCH', `/${id}`, buyer, { name: 'x' }))[0]).toBe(403);
    expect((await call('PATCH', `/${id}`, grace, { name: 'x' }))[0]).toBe(404);
    expect((await call('PATCH', `/${id}`, elsewhere, { name: 'x' }))[0]).toBe(404);
    expect((await add(id, [{ id: 'grace', role: 'SEL' }], buyer))[0]).toBe(403);
    expect((await call('DELETE', `/${id}/members/ada`, buyer))[0]).toBe(403);
    expect((await call('DELETE', `/${id}/members/buyer`, buyer))[0]).toBe(200);
    const [, archived] = await call('PATCH', `/${id}`, admin, { status: 'archived', externalId: null });
    expect([archived.status, archived.role]).toEqual(['archived', null]);
    expect(await names(ada, '&status=archived')).toEqual(['Order two']);
    expect(await names(ada, '&status=active')).toEqual([]);
    expect(await names(admin, '&externalId=SB-2')).toEqual([]);
  });

  it('are listed in the order of names, page by page, and found by a part of the name', async () => {
    for (const name of ['Заказ 3', 'alpha', 'Beta', 'Alpha']) await make(name, ada2);
    expect(await names(ada2)).toEqual(jasmine.arrayWithExactContents(['alpha', 'Alpha', 'Beta', 'Заказ 3']));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const [, page]: [number, Page<Shown>] = await call<Page<Shown>>(
        'GET',
        `?limit=1${cursor && `&cursor=${cursor}`}`,
        ada2,
      );
      expect(page.total).toBe(4);
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(await names(ada2));
    expect(await names(ada2, `&search=${encodeURIComponent('заказ')}`)).toEqual(['Заказ 3']);
    expect(await names(grace)).toEqual([]);
  });
  const ada2: TestPerson = { id: 'ada2', roles: ['ADM'] };

  it('have members, page by page, up to 200 at once, all of them or none', async () => {
    const { id } = await make('Crowd');
    const crowd = Array.from({ length: 200 }, (_none, n) => ({ id: `member-${n}`, role: 'SEL' }));
    expect((await add(id, crowd))[1].changed).toBe(200);
    expect((await add(id, [...crowd.slice(0, 199), { id: 'anonymous', role: 'BUY' }]))[0]).toBe(400);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const [, page]: [number, Page<Shown>] = await call<Page<Shown>>(
        'GET',
        `/${id}/members?limit=67${cursor && `&cursor=${cursor}`}`,
        { id: 'member-7', roles: ['DOC_VIEW'] },
      );
      expect(page.total).toBe(201);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(201);
    expect((await call('GET', `/${id}/members`, grace))[0]).toBe(404);
  });

  it('have one external id each, also when two are made at once', async () => {
    const answers = await Promise.all(
      ['a', 'b'].map((name) => call('POST', '', keeper, { name, externalId: 'SB-77' })),
    );
    expect(answers.map(([status]) => status).sort()).toEqual([201, 409]);
    const { id } = await make('other');
    const [status, { code }] = await call('PATCH', `/${id}`, keeper, { externalId: 'SB-77' });
    expect([status, code]).toEqual([409, 'collection-exists']);
    // Another tenant numbers its orders by itself.
    expect((await call('POST', '', elsewhere, { name: 'x', externalId: 'SB-77' }))[0]).toBe(201);
  });

  it('get an external id, which one of the tenant has, from collection:manage only', async () => {
    const hedy = { id: 'hedy', roles: ['BUY'] };
    const refused = await call('POST', '', boss, { name: 'squatted', externalId: 'SB-88' });
    expect([refused[0], refused[1].code]).toEqual([403, 'forbidden']);
    const { id } = await make('Order 88', keeper, { externalId: 'SB-88' });
    await add(id, [{ id: 'hedy', role: 'ADM' }]);
    for (const externalId of ['SB-89', null]) {
      const [status, { code }] = await call('PATCH', `/${id}`, hedy, { externalId });
      expect([status, code]).toEqual([403, 'forbidden']);
    }
    // Who sends back what was read changes nothing.
    expect((await call('PATCH', `/${id}`, hedy, { name: 'Order', externalId: 'SB-88' }))[0]).toBe(200);
    expect((await call('PATCH', `/${id}`, keeper, { externalId: 'SB-89' }))[0]).toBe(200);
  });

  it('are so many in a tenant, also when two are made at once, and have so many members', async () => {
    await server.database.pool.query(
      `INSERT INTO collections (id, tenant_id, name) SELECT 'col_crowd' || n, 'crowd', 'x' FROM generate_series(1, 99) AS n`,
    );
    const maker = { ...boss, tenantId: 'crowd' };
    const answers = await Promise.all(['a', 'b'].map((name) => call('POST', '', maker, { name })));
    expect(answers.map(([status, { code }]) => code ?? status).sort()).toEqual([201, 'quota-exceeded']);
    const [, refused] = await call<{ detail: string }>('POST', '', maker, { name: 'c' });
    expect(refused.detail).toContain('TENANT_QUOTA_COLLECTIONS');
    // Somebody stores something meanwhile: who is refused neither waits for that nor holds it up.
    const storing = await server.database.pool.connect();
    try {
      await storing.query('BEGIN');
      const locked = "UPDATE storage_usage SET bytes = bytes WHERE tenant_id = 'crowd' AND owner_id = ''";
      expect((await storing.query(locked)).rowCount).toBe(1);
      const answer = call('POST', '', maker, { name: 'd' }).then(([, { code }]) => code);
      const waited = sleep(10_000, 'waited', { ref: false });
      expect(await Promise.race([answer, waited])).toBe('quota-exceeded');
    } finally {
      await storing.query('ROLLBACK');
      storing.release();
    }
    await server.database.pool.query(
      "UPDATE collections SET created_by = 'greedy', tenant_id = 'greed' WHERE id IN (SELECT 'col_crowd' || n FROM generate_series(1, 90) AS n)",
    );
    const greedy = { id: 'greedy', roles: ['ADM'], tenantId: 'greed' };
    const [, own] = await call<{ detail: string }>('POST', '', greedy, { name: 'c' });
    expect(own.detail).toContain('USER_QUOTA_COLLECTIONS');
    expect((await call('POST', '', { ...greedy, id: 'other' }, { name: 'c' }))[0]).toBe(201);
    expect((await call('POST', '', { ...greedy, roles: ['tenantAdmin'] }, { name: 'c' }))[0]).toBe(201);
    const [full] = answers.flatMap(([, { id }]) => (id ? [id] : []));
    const crowd = Array.from({ length: 200 }, (_none, n) => ({ id: `m${n}`, role: 'BUY' }));
    expect((await add(full!, crowd, maker))[0]).toBe(200);
    const [status, { code }] = await add(full!, [{ id: 'one-more', role: 'BUY' }], maker);
    expect([status, code]).toEqual([413, 'quota-exceeded']);
    expect((await call<Page<unknown>>('GET', `/${full!}/members`, maker))[1].total).toBe(201);
    expect((await add(full!, [{ id: 'm1', role: 'SEL' }], maker))[1].changed).toBe(1);
  });

  it('are found by a role of the token without reading all others, as roles come and go', async () => {
    const { pool } = server.database;
    await pool.query(
      `INSERT INTO collections (id, tenant_id, name, interested_roles)
       SELECT 'col_many' || n, 'many', 'x', ARRAY['role-' || n, 'all'] FROM generate_series(1, 2000) AS n`,
    );
    await pool.query('ANALYZE collections, collection_roles, collection_members');
    const client = await pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE app; SET LOCAL countersign.tenant = many');
      const asked = { tenantId: 'many', id: 'x', roles: ['role-7', 'of-nobody'] };
      expect(await collectionsOf(client as never, asked)).toEqual(['col_many7']);
      let plan = '';
      const explaining = {
        query: async (text: string, values: unknown[]) => {
          const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${text}`, values);
          plan = rows.map((row) => row['QUERY PLAN']).join('\n');
          return { rows: [] };
        },
      };
      await collectionsOf(explaining as never, asked);
      expect(plan).toContain('collection_roles_by_role');
      expect(plan).not.toMatch(/Seq Scan on (collections|collection_roles)/);
      for (const roles of [['role-7', 'new'], ['new'], []]) {
        await client.query("UPDATE collections SET interested_roles = $1 WHERE id = 'col_many7'", [roles]);
        const found = ['role-7', 'new'].map(async (role) =>
          (await collectionsOf(client as never, { ...asked, roles: [role] })).includes('col_many7'),
        );
        expect(await Promise.all(found)).toEqual([roles.includes('role-7'), roles.includes('new')]);
      }
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it('are made by who may, and not from bad input', async () => {
    expect((await call('POST', '', ada, { name: 'x' }))[0]).toBe(403);
    expect((await call('POST', '', buyer, { name: 'x' }))[0]).toBe(403);
    const { id } = await make('Order 5');
    for (const body of [
      ...[{}, [], 'x', { name: '' }, { name: '  ' }, { name: 7 }, { name: 'x'.repeat(201) }],
      ...[{ name: 'a\u0000' }, { name: '\u202Ex' }, { name: 'x?sig=abc' }, { name: 'x', members: [] }],
      ...[
        { name: 'x', externalId: '' },
        { name: 'x', externalId: '../x y' },
        { name: 'x', tenantId: 'rivals' },
      ],
      ...[
        { name: 'x', interestedRoles: ['A', 'A'] },
        { name: 'x', interestedRoles: ['\u0000'] },
        { name: 'x', interestedRoles: ['\uD800'] },
        { name: 'x\uDC00' },
      ],
      ...[
        { name: 'x', interestedRoles: 'BUY' },
        { name: 'x', status: 'archived' },
      ],
    ]) {
      expect((await call('POST', '', boss, body))[0])
        .withContext(JSON.stringify(body))
        .toBe(400);
    }
    for (const body of [{}, { status: 'deleted' }, { name: null }, { externalId: 7 }, { role: 'ADM' }]) {
      expect((await call('PATCH', `/${id}`, boss, body))[0])
        .withContext(JSON.stringify(body))
        .toBe(400);
    }
    expect((await call('PATCH', `/${id}`, boss, { name: 'x' }, { 'if-match': '1' }))[0]).toBe(400);
    for (const members of [
      ...[[], 'x', [{ id: 'ada' }], [{ id: 'ada', role: 'admin' }], [{ id: '', role: 'BUY' }]],
      ...[[{ id: 'a\u0000', role: 'BUY' }], [{ id: 'x'.repeat(256), role: 'BUY' }]],
      [
        { id: 'a\uD800', role: 'BUY' },
        { id: 'a\uDC00', role: 'BUY' },
      ],
      [{ id: '\uDC00', role: 'BUY' }],
      ...[[{ id: 'system', role: 'BUY' }], [{ id: 'erased-x', role: 'BUY' }]],
      [
        { id: 'a', role: 'BUY' },
        { id: 'a', role: 'SEL' },
      ],
      Array.from({ length: 201 }, (_none, n) => ({ id: `m${n}`, role: 'BUY' })),
    ]) {
      expect((await add(id, members))[0])
        .withContext(JSON.stringify(members).slice(0, 80))
        .toBe(400);
    }
    for (const path of [
      '?cursor=WzFd',
      `?cursor=${Buffer.from('["\\ud800","x"]').toString('base64url')}`,
      '?limit=0',
      '?status=gone',
      '?search=%00',
      '?externalId=%00',
      '?x=1',
    ]) {
      expect((await call('GET', path, boss))[0])
        .withContext(path)
        .toBe(400);
    }
    for (const path of [`/${id}/members?cursor=%00`, `/${id}/members?limit=201`]) {
      expect((await call('GET', path, boss))[0])
        .withContext(path)
        .toBe(400);
    }
    for (const path of ['/..%2F..', `/${'x'.repeat(64)}`, '/col_%27', '/%00']) {
      expect([400, 404])
        .withContext(path)
        .toContain((await call('GET', path, boss))[0]);
    }
    for (const member of ['x'.repeat(256), '%ED%A0%80'])
      expect((await call('DELETE', `/${id}/members/${member}`, boss))[0]).toBe(400);
    expect((await call('GET', `/${id}`, boss))[1].name).toBe('Order 5');
  });
});
