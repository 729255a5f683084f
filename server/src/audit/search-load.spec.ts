import { ada, admin, TestServer } from '../testing/test-server.ts';
import { SearchTurns } from './search-turns.ts';
import { eventually } from './testing/audit-database.ts';

describe('Searches that read much of the log', () => {
  let server: TestServer;

  const slowStatements = async (): Promise<number> =>
    (
      await server.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      )
    ).rowCount ?? 0;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/avatar-2.jpg', ada);
    // Every row that is looked at takes so long.
    await server.database.pool.query(
      `CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(3) IS NOT NULL';
       ALTER TABLE resource_access_logs RENAME TO hidden;
       CREATE VIEW resource_access_logs AS SELECT * FROM hidden WHERE slow();
       GRANT SELECT, INSERT ON resource_access_logs TO app`,
    );
  });

  afterAll(() => server.stop());

  it('keep nobody from revoking, however many one employee asks for', async () => {
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${server.tokenOf(ada)}` };
    const searches = Array.from({ length: 40 }, () =>
      fetch(`${server.origin}/api/audit/logs`, { headers, signal: leaving.signal }).catch(() => undefined),
    );
    await eventually(async () => (await slowStatements()) >= 2);
    expect((await server.call('POST', '/api/owners/ada/revoke', { as: admin, body: {} })).status).toBe(200);
    expect(await slowStatements()).toBeLessThanOrEqual(2);
    leaving.abort();
    await Promise.all(searches);
  });
});

describe('SearchTurns', () => {
  /** Searches that end when they are told to. */
  const endless = (turns: SearchTurns, tenantId: string) => {
    let begun = false;
    let end = (): void => undefined;
    const ended = turns.run(tenantId, () => {
      begun = true;
      return new Promise<void>((resolve) => (end = resolve));
    });
    return { begun: () => begun, end: () => end(), ended };
  };

  it('let other tenants pass those who wait for their own, and then go on in order', async () => {
    const turns = new SearchTurns({ most: 3, mostOfTenant: 2 });
    const [one, two, three, four] = ['a', 'a', 'a', 'a'].map((tenant) => endless(turns, tenant));
    const other = endless(turns, 'b');
    const begun = () => [one, two, three, four, other].map((search) => search?.begun());
    expect(begun()).toEqual([true, true, false, false, true]);
    const late = endless(turns, 'c');
    one?.end();
    await one?.ended;
    await Promise.resolve();
    expect(begun()).toEqual([true, true, true, false, true]);
    expect(late.begun()).toBeFalse();
    other.end();
    await other.ended;
    await Promise.resolve();
    expect([four?.begun(), late.begun()]).toEqual([false, true]);
  });

  it('refuse when too many wait, and forget what failed', async () => {
    const turns = new SearchTurns({ mostOfTenant: 1, mostWaiting: 1 });
    const running = endless(turns, 'a');
    const waiting = turns.run('a', () => Promise.reject(new Error('it failed')));
    await expectAsync(turns.run('a', () => Promise.resolve())).toBeRejectedWith(
      jasmine.objectContaining({ code: 'searches-busy', status: 503 }),
    );
    running.end();
    await expectAsync(waiting).toBeRejectedWithError('it failed');
    expect(await turns.run('a', () => Promise.resolve('answered'))).toBe('answered');
  });
});
