import type { Receipt } from '../leases/receipts.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

interface Listed {
  items: {
    epoch: number;
    change: string;
    owner: string | null;
    about: string | null;
    at: string;
    receipt: Receipt;
  }[];
  nextCursor: number | null;
}

const auditor: TestPerson = { id: 'auditor', roles: ['AUDITOR'] };

describe('receipts that somebody asks for who did not revoke', () => {
  let server: TestServer;
  let resourceId: string;

  beforeAll(async () => {
    server = await TestServer.start({ roles: { AUDITOR: { adds: ['audit:read'] } } });
    for (const person of [ada, grace]) await server.addPhoto(`public/team/${person.id}.png`, person);
    await server.addPhoto('public/team/rival.png', { id: 'ada', tenantId: 'rivals' });
    const { rows } = await server.database.pool.query<{ id: string }>(
      "SELECT id FROM resources WHERE path = 'public/team/ada.png'",
    );
    resourceId = rows[0]?.id ?? '';
    await end(`/resources/${resourceId}/rotate`, ada);
    await end('/owners/ada/revoke', { ...admin, tenantId: 'rivals' });
    await end('/owners/grace/revoke', admin);
    await end('/owners/ada/revoke', admin);
  });

  afterAll(() => server.stop());

  const end = async (path: string, as: TestPerson): Promise<Receipt> =>
    (await (await server.call('POST', `/api${path}`, { as })).json()) as Receipt;
  const list = async (query = '', as = auditor): Promise<Listed> =>
    (await (await server.call('GET', `/api/receipts${query}`, { as })).json()) as Listed;
  const shortly = ({ items }: Listed): unknown[] => items.map(({ change, owner }) => [change, owner]);

  it('are listed, the newest first, those of the tenant alone', async () => {
    const all = await list();
    expect(shortly(all)).toEqual([
      ['key-revoked', 'ada'],
      ['key-revoked', 'grace'],
      ['path-rotated', 'ada'],
    ]);
    expect(all.nextCursor).toBeNull();
    expect(shortly(await list('', { ...admin, tenantId: 'rivals' }))).toEqual([['key-revoked', 'ada']]);
  });

  it('are found by owner, by what was done, and by the id of what it was done to, page by page', async () => {
    expect(shortly(await list('?owner=ada'))).toEqual([
      ['key-revoked', 'ada'],
      ['path-rotated', 'ada'],
    ]);
    expect(shortly(await list('?change=path-rotated'))).toEqual([['path-rotated', 'ada']]);
    expect((await list(`?about=${resourceId}`)).items.map(({ about }) => about)).toEqual([resourceId]);
    const first = await list('?limit=2');
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect([first, second].flatMap(shortly)).toEqual(shortly(await list()));
    expect(second.nextCursor).toBeNull();
  });

  it('are the receipts that were answered, each with the time at which the audit has who did it', async () => {
    const [newest] = (await list('?owner=ada')).items;
    expect(newest!.receipt).toEqual(await end('/owners/ada/revoke', admin));
    const one = await server.call('GET', `/api/receipts/${newest!.epoch}`, { as: auditor });
    expect(await one.json()).toEqual(newest!.receipt);
    const { rows } = await server.database.pool.query<{ ms: number }>(
      `SELECT abs(extract(epoch FROM accessed_at - $1::timestamptz) * 1000)::float8 AS ms FROM resource_access_logs
        WHERE event = 'key-revoked' AND owner = 'ada' AND tenant_id = 'default'`,
      [newest!.at],
    );
    expect(rows.length).toBe(1);
    expect(rows[0]!.ms).toBeLessThan(5000);
  });

  it('are for whoever may read the audit; owners have those of their own things by their number', async () => {
    expect((await server.call('GET', '/api/receipts', { as: ada })).status).toBe(403);
    expect((await server.call('GET', '/api/receipts')).status).toBe(401);
    const rotation = (await list('?change=path-rotated')).items[0]!.epoch;
    expect((await server.call('GET', `/api/receipts/${rotation}`, { as: ada })).status).toBe(200);
    for (const query of ['?change=none', '?limit=0', '?cursor=x', '?owners=ada']) {
      expect((await server.call('GET', `/api/receipts${query}`, { as: auditor })).status)
        .withContext(query)
        .toBe(400);
    }
  });
});
