import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Row {
  event: string;
  path: string | null;
  owner: string | null;
  actor: string | null;
  signatureId: string | null;
  status: number | null;
}

describe('GET /api/audit/logs', () => {
  let server: TestServer;
  const path = 'public/team/avatar-2.jpg';

  const search = (query: string, as?: TestPerson): Promise<Response> =>
    server.call('GET', `/api/audit/logs${query}`, as ? { as } : {});

  const rowsFor = async (as: TestPerson, query = ''): Promise<Row[]> =>
    ((await (await search(query, as)).json()) as { items: Row[] }).items;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto(path, ada);
    await server.addPhoto('public/team/avatar-3.jpg', grace);
    const delivered = await fetch(await server.sign(path, grace));
    expect(delivered.status).toBe(200);
    await delivered.arrayBuffer();
    await server.sign('public/team/avatar-3.jpg', grace);
    await server.auditRows('delivery');
  });

  afterAll(() => server.stop());

  it('shows an administrator the story of one photo, newest first, joined by the signature id', async () => {
    const rows = await rowsFor(admin, `?path=${path}`);
    expect(rows.map(({ event }) => event)).toEqual(['delivery', 'issuance', 'resource-created']);
    const [delivery, issuance] = rows;
    expect(issuance).toEqual(jasmine.objectContaining({ owner: 'ada', actor: 'grace', path }));
    expect(delivery).toEqual(jasmine.objectContaining({ owner: 'ada', status: 200, path }));
    expect(delivery?.signatureId).toBe(issuance?.signatureId ?? '');
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(
      [
        ...['actor', 'at', 'bytes', 'event', 'expiresAt', 'holder', 'owner', 'path'],
        ...['reason', 'resourceId', 'signatureId', 'status'],
      ].sort(),
    );
  });

  it('shows an employee the rows of their own resources only', async () => {
    const rows = await rowsFor(grace);
    expect(rows.length).toBe(2);
    expect(rows.every(({ owner }) => owner === 'grace')).toBeTrue();
    expect(await rowsFor(grace, '?owner=ada')).toEqual([]);
    expect(await rowsFor(grace, `?path=${path}`)).toEqual([]);
  });

  it('shows an administrator of another tenant nothing', async () => {
    expect(await rowsFor({ id: 'admin', roles: ['tenantAdmin'], tenantId: 'other' })).toEqual([]);
  });

  it('gives pages', async () => {
    const first = (await (await search('?limit=2', admin)).json()) as { items: Row[]; nextCursor: string };
    expect(first.items.length).toBe(2);
    const second = (await (await search(`?limit=200&cursor=${first.nextCursor}`, admin)).json()) as {
      items: Row[];
      nextCursor: string | null;
    };
    expect(second.nextCursor).toBeNull();
    expect([...first.items, ...second.items]).toEqual(await rowsFor(admin));
  });

  it('asks who is there, and whether they may', async () => {
    expect((await search('')).status).toBe(401);
    expect((await search('', { id: 'eve', roles: [] })).status).toBe(403);
  });

  for (const query of [
    ...['limit=0', 'limit=201', 'limit=x', 'cursor=', 'cursor=forged', 'event=A', 'path=', 'unknown=1'],
    ...['path=a&path=b', 'path=%00', 'owner=%00', 'signatureId=%00', `path=${'x'.repeat(1025)}`],
  ]) {
    it(`refuses ?${query.slice(0, 30)} and names the field`, async () => {
      const response = await search(`?${query}`, admin);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      expect(code).toBe('invalid-request');
      expect(detail).toContain('query');
    });
  }

  it('never tells a signature', async () => {
    expect(await (await search('?limit=200', admin)).text()).not.toContain('sig=');
    const { rows } = await server.database.pool.query('SELECT l::text AS line FROM resource_access_logs l');
    for (const { line } of rows) expect(line).not.toContain('sig=');
  });
});
