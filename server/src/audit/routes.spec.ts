import { eventually } from './testing/audit-database.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Row {
  event: string;
  path: string | null;
  owner: string | null;
  actor: string | null;
  signatureId: string | null;
  status: number | null;
  reason: string | null;
}

describe('GET /api/audit/logs', () => {
  let server: TestServer;
  const path = 'public/team/avatar-2.jpg';

  const search = (query: string, as?: TestPerson): Promise<Response> =>
    server.call('GET', `/api/audit/logs${query}`, as ? { as } : {});

  const rowsFor = async (as: TestPerson, query = ''): Promise<Row[]> =>
    ((await (await search(query, as)).json()) as { items: Row[] }).items;

  const events = async (query: string): Promise<string[]> =>
    (await rowsFor(admin, query)).map(({ event }) => event);

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
        ...['reason', 'resourceId', 'signatureId', 'status', 'durationMs', 'ipPrefix', 'userAgent'],
      ].sort(),
    );
    expect(delivery).toEqual(
      jasmine.objectContaining({
        durationMs: jasmine.any(Number),
        ipPrefix: '127.0.0.0/24',
        userAgent: 'node',
      }),
    );
  });

  it('tells an employee nothing of the machines of others', async () => {
    const [row] = await rowsFor(ada);
    expect(row).toEqual(jasmine.objectContaining({ event: 'delivery', status: 200 }));
    expect(Object.keys(row ?? {})).not.toContain('ipPrefix');
    expect(Object.keys(row ?? {})).not.toContain('userAgent');
    expect(Object.keys(row ?? {})).not.toContain('durationMs');
  });

  it('takes the filters an auditor expects, and names one that is not valid', async () => {
    expect(await events('?pathPrefix=public/team/avatar-2&actor=grace')).toEqual(['issuance']);
    expect(await events('?status=200')).toEqual(['delivery']);
    expect(await events('?reason=test&pathPrefix=public/team/avatar-3')).toEqual(['issuance']);
    expect(await events('?until=2026-01-01T00:00:00Z')).toEqual([]);
    expect((await events('?since=2026-01-01T00:00:00%2B01:00')).length).toBe(5);
    for (const wrong of ['since=yesterday', 'until=2026-13-01T00:00:00Z', 'status=9', 'pathPrefix=']) {
      const answer = await search(`?${wrong}`, admin);
      expect(answer.status).toBe(400);
      expect(((await answer.json()) as { detail: string }).detail).toContain(wrong.split('=')[0] ?? '');
    }
  });

  it('answers for times of years that no row can have', async () => {
    for (const since of ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00%2B23:59']) {
      expect((await events(`?since=${since}`)).length).toBe(5);
      expect(await events(`?until=${since}`)).toEqual([]);
      expect((await server.call('GET', `/api/audit/logs/export?since=${since}`, { as: admin })).status).toBe(
        200,
      );
    }
    expect((await events('?until=9999-12-31T23:59:59-23:59')).length).toBe(5);
    expect(await events('?since=9999-12-31T23:59:59-23:59')).toEqual([]);
  });

  it('records who searched, and shows it to whoever asks for that', async () => {
    await rowsFor(admin, '?owner=grace&limit=1');
    expect((await rowsFor(admin)).some(({ event }) => event.startsWith('audit-'))).toBeFalse();
    const readings = await rowsFor(admin, '?event=audit-read&owner=grace');
    expect(readings).toContain(jasmine.objectContaining({ actor: 'admin', reason: 'by=owner rows=1' }));
    // Who looks up what concerns you concerns you.
    expect(await rowsFor(grace, '?event=audit-read')).toEqual(
      jasmine.arrayContaining([jasmine.objectContaining({ actor: 'admin', owner: 'grace' })]),
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

describe('GET /api/audit/logs/export', () => {
  let server: TestServer;

  const get = (query: string, as?: TestPerson): Promise<Response> =>
    server.call('GET', `/api/audit/logs/export${query}`, as ? { as } : {});

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/avatar-2.jpg', ada);
    await server.addPhoto('public/team/avatar-3.jpg', grace);
  });

  afterAll(() => server.stop());

  it('is a file with a name, in CSV unless another format is asked for', async () => {
    const answer = await get('?event=resource-created', admin);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="countersign-audit-\d{8}T\d{6}Z\.csv"$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const lines = (await answer.text()).split('\r\n');
    expect(lines.length).toBe(1 + 2 + 1 + 1);
    expect(lines.at(-2)).toContain('export-complete');
  });

  it('holds no row of another tenant', async () => {
    const other: TestPerson = { id: 'admin', roles: ['tenantAdmin'], tenantId: 'other' };
    const lines = (await (await get('?format=ndjson', other)).text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event?: string }).event)).toEqual([
      'audit-export-begun',
      undefined,
    ]);
  });

  it('needs its own permission, and a valid question', async () => {
    expect((await get('')).status).toBe(401);
    expect((await get('', ada)).status).toBe(403);
    for (const wrong of ['?format=xml', '?limit=5', '?since=now'])
      expect((await get(wrong, admin)).status).toBe(400);
  });

  it('ends in the database when its reader hangs up', async () => {
    await server.database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, user_agent, writer, batch_no, row_no)
       SELECT now(), 'delivery', 'default', repeat('x', 200), gen_random_uuid(), 0, 0 FROM generate_series(1, 60000)`,
    );
    const hangUp = new AbortController();
    const answer = await fetch(`${server.origin}/api/audit/logs/export?format=ndjson`, {
      headers: { authorization: `Bearer ${server.tokenOf(admin)}` },
      signal: hangUp.signal,
    });
    await answer.body?.getReader().read();
    hangUp.abort();
    await eventually(async () => {
      const { rows } = await server.database.pool.query(
        `SELECT FROM resource_access_logs WHERE event = 'audit-exported' AND reason LIKE '%broken-off'`,
      );
      return rows.length === 1;
    });
    expect((await get('?event=resource-created', admin)).status).toBe(200);
  });
});
