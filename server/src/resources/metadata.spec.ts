import type { TenantConnection } from '../platform/tenant-database.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { listDirections, listOrders } from './list-cursor.ts';
import { listResources, type ResourceFilter } from './list.store.ts';

interface Shown {
  id: string;
  path: string;
  revision: number;
  label: string | null;
  displayName: string;
  status: string;
  code: string;
  detail: string;
}

describe('the metadata of resources', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { sign: 'off' } });
    for (const name of ['one', 'two', 'three']) await server.addPhoto(`public/team/${name}.png`, ada);
    await server.addPhoto('users/ada/documents/private.png', ada);
    await server.addPhoto('users/grace/documents/hers.png', grace);
  });

  afterAll(() => server.stop());

  const at = (path: string, as: TestPerson) =>
    server.call('GET', `/api/resources/by-path?path=${path}`, { as });
  const shown = async (path: string, as = admin): Promise<Shown> =>
    (await (await at(path, as)).json()) as Shown;
  const patch = async (id: string, body: unknown, as = ada, headers = {}): Promise<[number, Shown]> => {
    const response = await server.call('PATCH', `/api/resources/${id}`, { as, body, headers });
    return [response.status, (await response.json()) as Shown];
  };
  const paths = async (query: string, as = admin): Promise<string[]> => {
    const response = await server.call('GET', `/api/resources?${query}`, { as });
    return ((await response.json()) as { items: Shown[] }).items.map(({ path }) => path);
  };

  it('are found by path as by id, and only by those who may see them', async () => {
    const path = 'users/ada/documents/private.png';
    const { id } = await shown(path, ada);
    const byId = await server.call('GET', `/api/resources/${id}`, { as: ada });
    expect(await byId.json()).toEqual(await (await at(path, ada)).json());
    expect((await at(path, grace)).status).toBe(404);
    expect((await at('users/ada/documents/nothing.png', ada)).status).toBe(404);
  });

  it('are written by the owner and by resource:edit, once for each revision, and the audit has no text', async () => {
    const { id, revision } = await shown('public/team/one.png');
    const ifMatch = { 'if-match': `"${revision}"` };
    const [status, edited] = await patch(id, { label: ' Rechnung ', notes: 'a\nb' }, ada, ifMatch);
    expect([status, edited.label, edited.revision]).toEqual([200, 'Rechnung', revision + 1]);
    expect((await patch(id, { label: 'late' }, ada, ifMatch))[0]).toBe(412);
    expect((await patch(id, { label: 'other' }, grace))[0]).toBe(403);
    expect((await patch(id, { label: null }, { id: 'all', roles: ['DOC_VIEWALL'] }))[1].label).toBeNull();
    const events = (await server.auditRows('resource-edited')).filter(
      (row) => row['resource_id'] === id && row['reason'] !== 'displayName',
    );
    expect(events.map((row) => row['reason'])).toEqual(['label, notes', 'label']);
  });

  it('are told to nobody by resource:edit alone: who may not see a resource gets its id and revision', async () => {
    const hers = await shown('users/grace/documents/hers.png');
    const editor = { id: 'editor', roles: ['DOC_UPLALL'] };
    for (const [edit, revision] of [
      [{ notes: 'Seen.' }, hers.revision + 1],
      [{ displayName: 'seen.png' }, hers.revision + 2],
    ] as const) {
      expect(await patch(hers.id, edit, editor)).toEqual([200, { id: hers.id, revision } as Shown]);
    }
    const [status, { path }] = await patch(hers.id, { notes: null }, grace);
    expect([status, path]).toEqual([200, hers.path]);
    const open = await shown('public/team/one.png');
    expect((await patch(open.id, { displayName: open.displayName }, editor))[1].path).toBe(open.path);
  });

  it('let an administrator quarantine and release, and no old URL lives after it', async () => {
    const path = 'public/team/two.png';
    const { id } = await shown(path);
    const old = await server.sign(path);
    expect((await patch(id, { status: 'quarantined' }))[0]).toBe(403);
    // One call ends URLs, and it asks for a permission of its own.
    const [refused, { detail }] = await patch(id, { status: 'quarantined' }, admin);
    expect([refused, detail]).toEqual([409, jasmine.stringContaining('POST /resources/{id}/quarantine')]);
    expect((await fetch(old)).status).toBe(200);
    const order = { as: admin, body: { reason: 'looks wrong' } };
    const put = await server.call('POST', `/api/resources/${id}/quarantine`, order);
    expect([200, 202]).toContain(put.status);
    expect((await fetch(old)).status).toBe(403);
    await expectAsync(server.sign(path)).toBeRejected();
    expect((await at(path, grace)).status).toBe(404);
    expect(await paths('status=quarantined')).toEqual([path]);
    expect((await patch(id, { status: 'failed' }, admin))[0]).toBe(409);
    // Not by hand: what is released was examined again.
    expect((await patch(id, { status: 'completed' }, admin))[0]).toBe(409);
    const body = { reason: 'harmless' };
    const released = await server.call('POST', `/api/resources/${id}/release`, { as: admin, body });
    expect([200, 202]).toContain(released.status);
    expect((await fetch(old)).status).toBe(403);
    expect((await fetch(await server.sign(path))).status).toBe(200);
  });

  it('refuses bad input by name, and changes nothing', async () => {
    const { id } = await shown('public/team/three.png');
    for (const body of [
      ...[{}, [], 'x', { label: 7 }, { label: 'x'.repeat(201) }, { notes: 'x'.repeat(4001) }],
      ...[{ label: 'a\u0000' }, { label: 'a\nb' }, { notes: '\u202Ex' }, { status: 'awaiting' }],
      ...[
        { label: 'a\u2028b' },
        { label: 'a\u00ADb' },
        { notes: 'a\u200Bb' },
        { displayName: 'a\u2060.png' },
      ],
      ...[{ label: 'x?sig=abc' }, { displayName: '../x' }, { displayName: '' }, { owner: 'grace' }],
    ]) {
      expect((await patch(id, body))[0])
        .withContext(JSON.stringify(body))
        .toBe(400);
    }
    expect((await patch(id, { label: 'x' }, ada, { 'if-match': 'W/"1"' }))[0]).toBe(400);
    expect((await patch('res_nothing', { label: 'x' }))[0]).toBe(404);
    expect((await shown('public/team/three.png')).revision).toBe(1);
    for (const query of [
      'search=%00',
      'status=gone',
      'createdFrom=today',
      'sort=up',
      'direction=up',
      'cursor=WzFd',
    ]) {
      const response = await server.call('GET', `/api/resources?${query}`, { as: ada });
      expect(response.status).withContext(query).toBe(400);
    }
  });

  it('take no name under which the bytes would run where they are saved', async () => {
    const { id } = await shown('public/team/three.png');
    for (const displayName of ['invoice.bat', 'a.png.EXE', 'a.scr. .', 'a\u3000.js ']) {
      const [status, { code, detail }] = await patch(id, { displayName });
      expect([status, code]).withContext(displayName).toEqual([400, 'invalid-name']);
      expect(detail).toContain('would run');
    }
    expect((await shown('public/team/three.png')).revision).toBe(1);
  });

  it('are searched by part of the name in every alphabet, filtered, and paged in every order', async () => {
    const { id } = await shown('public/team/one.png');
    await patch(id, { displayName: 'ДОГОВОР № 7.png' });
    expect(await paths(`search=${encodeURIComponent('договор')}`)).toEqual(['public/team/one.png']);
    expect(await paths('search=%25')).toEqual([]);
    expect(await paths('owner=grace&type=image/*&kind=teamPhoto')).toEqual([
      'users/grace/documents/hers.png',
    ]);
    expect(await paths('owner=grace', ada)).toEqual([]);
    expect(await paths('type=application/pdf')).toEqual([]);
    expect(await paths('createdTo=2020-01-01T00:00:00Z')).toEqual([]);
    for (const sort of listOrders.flatMap((order) => [
      order,
      ...listDirections.map((direction) => `${order}&direction=${direction}`),
    ])) {
      const all = await paths(`sort=${sort}`);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const response = await server.call(
          'GET',
          `/api/resources?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`,
          { as: admin },
        );
        const page = (await response.json()) as { items: Shown[]; nextCursor: string | null; total: number };
        expect(page.total).toBe(5);
        seen.push(...page.items.map(({ path }) => path));
        cursor = page.nextCursor;
      }
      expect(seen).withContext(sort).toEqual(all);
      expect(new Set(seen).size).toBe(5);
    }
  });

  it('are listed upside down when asked, and a cursor is good for its own direction only', async () => {
    for (const sort of listOrders) {
      const up = await paths(`sort=${sort}&direction=asc`);
      expect(await paths(`sort=${sort}&direction=desc`))
        .withContext(sort)
        .toEqual([...up].reverse());
      const usual = sort === 'newest' || sort === 'size' ? 'desc' : 'asc';
      expect(await paths(`sort=${sort}`)).toEqual(await paths(`sort=${sort}&direction=${usual}`));
    }
    const page = async (query: string): Promise<Response> =>
      server.call('GET', `/api/resources?limit=1&${query}`, { as: admin });
    const { nextCursor } = (await (await page('sort=name')).json()) as { nextCursor: string };
    expect((await page(`sort=name&direction=asc&cursor=${nextCursor}`)).status).toBe(200);
    expect((await page(`sort=name&direction=desc&cursor=${nextCursor}`)).status).toBe(400);
  });

  it('are in lists for exactly those who may open them by id, in whatever state', async () => {
    // Whose lists nobody else counts.
    const inSeen = (person: TestPerson): TestPerson => ({ ...person, tenantId: 'seen' });
    const member: TestPerson = { id: 'member', roles: ['tenantMember'] };
    const buyer: TestPerson = { id: 'buyer', roles: ['tenantMember', 'BUY'] };
    const [owner, boss] = [inSeen(ada), inSeen(admin)];
    const created = await server.call('POST', '/api/collections', {
      as: boss,
      body: { name: 'Order', interestedRoles: ['BUY'] },
    });
    const { id: collectionId } = (await created.json()) as { id: string };
    await server.call('POST', `/api/collections/${collectionId}/members`, {
      as: boss,
      body: { members: [{ id: 'member', role: 'SEL' }] },
    });
    const states = ['awaiting', 'uploading', 'completed', 'failed', 'quarantined'];
    const places = ['public/seen', 'users/ada/seen', `collections/${collectionId}/seen`];
    const { pool } = server.database;
    for (const state of states) {
      for (const place of places) {
        const path = `${place}/${state}.png`;
        await server.addPhoto(path, owner);
        const collection = place.startsWith('collections/') ? collectionId : null;
        await pool.query(
          'UPDATE resources SET state = $2, collection_id = $3 WHERE tenant_id = $4 AND path = $1',
          [...[path, state, collection, 'seen']],
        );
      }
    }
    const { rows } = await pool.query<{ id: string; path: string }>(
      "SELECT id, path FROM resources WHERE tenant_id = 'seen'",
    );
    expect(rows.length).toBe(15);
    const counts = new Map<string, number>();
    const viewers = [ada, grace, admin, member, buyer].map(inSeen);
    for (const as of viewers) {
      const listed: string[] = [];
      for (const status of states) listed.push(...(await paths(`limit=200&status=${status}`, as)));
      const opened = [];
      for (const { id, path } of rows) {
        if ((await server.call('GET', `/api/resources/${id}`, { as })).status === 200) opened.push(path);
      }
      expect(listed.sort()).withContext(as.id).toEqual(opened.sort());
      counts.set(as.id, opened.length);
    }
    expect([...counts.values()]).toEqual([15, 1, 15, 2, 2]);
  });

  it('are erased with their owner', async () => {
    await server.addPhoto('users/mal/documents/x.png', { id: 'mal' });
    const { id } = await shown('users/mal/documents/x.png');
    await patch(id, { label: 'private label', notes: 'private notes' }, admin);
    await server.assembly.erasures.order({ tenantId: 'default', ownerId: 'mal', actor: 'test' });
    for (;;) {
      const { rows } = await server.database.pool.query('SELECT FROM resources WHERE id = $1', [id]);
      if (rows.length === 0) break;
    }
    const { rows } = await server.database.pool.query("SELECT FROM resources WHERE label = 'private label'");
    expect(rows.length).toBe(0);
  });

  it('are counted to 10,000, and no further', async () => {
    const { pool } = server.database;
    await pool.query(`INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('crowd', 'ada', 'Ada')`);
    const add = (from: number, to: number) =>
      pool.query(
        `INSERT INTO resources (id, tenant_id, path, owner_id, kind, display_name, name_key, content_type, size, sha256, object_key)
         SELECT 'crowd_' || n, 'crowd', 'public/' || n, 'ada', 'teamPhoto', n || '.png', n || '.png', 'image/png', n, sha256('x'),
                'crowd' || n FROM generate_series($1::int, $2::int) n`,
        [from, to],
      );
    const totalOf = async (query = '') => {
      const as = { ...admin, tenantId: 'crowd' };
      const response = await server.call('GET', `/api/resources?limit=1${query}`, { as });
      const { total, totalIsLowerBound } = (await response.json()) as Record<string, unknown>;
      return [total, totalIsLowerBound];
    };
    await add(1, 10_000);
    expect(await totalOf()).toEqual([10_000, false]);
    await add(10_001, 10_001);
    expect(await totalOf()).toEqual([10_000, true]);
    expect(await totalOf('&search=10001')).toEqual([1, false]);
  });

  it('are paged without a sequential scan, 10,000 of them', async () => {
    const { pool } = server.database;
    await pool.query(`INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('large', 'ada', 'Ada')`);
    await pool.query(
      `INSERT INTO resources (id, tenant_id, path, owner_id, kind, display_name, name_key, content_type, size, sha256, object_key)
       SELECT 'res_' || n, 'large', 'users/ada/documents/' || n, 'ada', 'document', n || '.pdf', n || '.pdf',
              'application/pdf', n, sha256('x'), 'key' || n FROM generate_series(1, 10000) n`,
    );
    await pool.query('ANALYZE resources');
    const client = await pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE app; SET LOCAL countersign.tenant = large');
      const plans: string[] = [];
      const explaining = {
        query: async (text: string, values: unknown[]) => {
          const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
          plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
          return { rows: [] };
        },
      } as unknown as TenantConnection;
      const position = {
        path: 'users/ada/documents/5',
        newest: '2026-01-01T00:00:00Z',
        name: '5',
        size: '5',
      };
      for (const sort of listOrders) {
        for (const after of [undefined, { key: position[sort], id: '' }]) {
          for (const viewer of [undefined, { id: 'ada', collections: ['a', 'b'] }]) {
            const filter = { tenantId: 'large', state: 'completed', limit: 50 } as const;
            for (const direction of listDirections) {
              await listResources(explaining, { ...filter, sort, direction, after, viewer });
            }
          }
        }
      }
      const filters: Partial<ResourceFilter>[] = [
        ...[{ owner: 'ada' }, { kind: 'document' }, { type: 'application/pdf' }, { type: 'application/*' }],
        ...[{ collection: 'a' }, { search: '77' }, { prefix: 'users/ada/' }, { state: 'awaiting' as const }],
        { createdFrom: '2020-01-01T00:00:00Z', createdTo: '2100-01-01T00:00:00Z' },
      ];
      for (const filter of filters) {
        for (const viewer of [undefined, { id: 'ada', collections: ['a', 'b'] }]) {
          const usual = {
            tenantId: 'large',
            state: 'completed',
            limit: 50,
            sort: 'newest',
            after: undefined,
          } as const;
          await listResources(explaining, { ...usual, ...filter, viewer });
        }
      }
      expect(plans.length).toBe(64 + 36);
      // The other half are totals, which read no more than 10,001 rows.
      const pages = plans.filter((plan) => !plan.startsWith('Aggregate'));
      expect(pages.length).toBe(32 + 18);
      expect(pages.filter((plan) => /Seq Scan on resources/.test(plan))).toEqual([]);
    } finally {
      client.release(true);
    }
  });
});
