import { forgetEndedHolders } from '../leases/holder.store.ts';
import { admin, TestServer } from '../testing/test-server.ts';

describe('The incarnations of an edge', () => {
  let server: TestServer;
  let names = 0;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { edge: 'off' } });
  });
  afterAll(() => server.stop());

  const add = async (): Promise<{ id: string; credential: string }> => {
    const response = await server.call('POST', '/api/edges', {
      as: admin,
      body: { name: `edge-${(names += 1)}` },
    });
    return (await response.json()) as { id: string; credential: string };
  };
  const fill = (id: string, count: number, ended: string): Promise<unknown> =>
    server.database.pool.query(
      `INSERT INTO holders (incarnation, holder_id, kind, acknowledged, edge_id, tenants, ended_at)
       SELECT gen_random_uuid(), 'edge:x', 'edge', e.n, $1, '{default}', ${ended}
         FROM epoch e, generate_series(1, $2::int)`,
      [id, count],
    );
  const begin = async (
    credential: string,
    incarnation = crypto.randomUUID() as string,
  ): Promise<{ status: number; retryAfter: string | null; code?: string; detail?: string }> => {
    const response = await server.call('POST', '/api/edges/lease', {
      body: { incarnation },
      headers: { authorization: `Bearer ${credential}` },
    });
    const { code, detail } = (await response.json()) as { code?: string; detail?: string };
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, ...(code ? { code } : {}), ...(detail ? { detail } : {}) };
  };

  it('are bounded with those that ended, says what to do, and there is room again when these are forgotten', async () => {
    const { id, credential } = await add();
    const running = crypto.randomUUID();
    expect((await begin(credential, running)).status).toBe(200);
    await fill(id, 9_999, `now() - interval '59 minutes'`);
    const refused = await begin(credential);
    expect([refused.status, refused.code, refused.retryAfter]).toEqual([409, 'too-many-incarnations', '600']);
    expect(refused.detail).toContain('overlapMinutes 0');
    // The one that runs, and other edges, go on.
    expect((await begin(credential, running)).status).toBe(200);
    expect((await begin((await add()).credential)).status).toBe(200);

    await server.database.pool.query(`UPDATE holders SET ended_at = ended_at - interval '2 minutes'`);
    expect(await forgetEndedHolders(server.database.pool)).toBe(9_999);
    expect((await begin(credential)).status).toBe(200);
  });

  it('pass no bound together', async () => {
    const { id, credential } = await add();
    await fill(id, 998, 'NULL');
    const all = await Promise.all(Array.from({ length: 12 }, () => begin(credential)));
    const { rowCount } = await server.database.pool.query(
      'SELECT FROM holders WHERE edge_id = $1 AND ended_at IS NULL',
      [id],
    );
    // Some may have been counted out as dead meanwhile; never are there more.
    expect(rowCount).toBeLessThanOrEqual(1000);
    expect(all.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(all.every(({ status, code }) => status === 200 || code === 'too-many-incarnations')).toBe(true);
  });
});
