import pg from 'pg';
import { pino } from 'pino';
import type { Connection } from './platform/database.ts';
import {
  forTenant,
  openTenantDatabase,
  readForTenant,
  type TenantDatabase,
} from './platform/tenant-database.ts';
import { sessionRole } from './platform/session.store.ts';
import { PgBouncer, pgbouncerPath } from './testing/pgbouncer.ts';
import { freshDatabase, type TestDatabase } from './testing/test-database.ts';

const CALLERS = 40;
const CONNECTIONS = 2;

describe('the work of tenants through a pooler in transaction mode', () => {
  let database: TestDatabase;
  let pooler: PgBouncer | undefined;
  let db: TenantDatabase | undefined;

  beforeAll(async () => {
    database = await freshDatabase();
    if (!pgbouncerPath) return;
    pooler = await PgBouncer.start(database.url, CONNECTIONS);
    db = openTenantDatabase(pooler.url, pino({ level: 'silent' }), { pooled: true });
    await database.pool.query(
      `INSERT INTO owners (tenant_id, owner_id, display_name)
       SELECT 'tenant-' || n, 'ada', 'tenant-' || n FROM generate_series(0, $1) AS n`,
      [CALLERS],
    );
  });

  afterAll(async () => {
    await db?.end();
    await pooler?.stop();
    await database.drop();
  });

  const throughPooler = (): TenantDatabase => {
    if (!db) pending('needs pgbouncer');
    return db!;
  };

  const names = async (connection: Connection): Promise<string[]> => {
    const { rows } = await connection.query<{ name: string }>({
      // What is prepared on one connection may not be there on the next.
      name: 'names-of-owners',
      text: 'SELECT display_name AS name FROM owners',
    });
    return rows.map(({ name }) => name);
  };

  it('sees and changes its own rows, as its own role, while forty callers share two connections', async () => {
    const tenants = Array.from({ length: CALLERS }, (_, n) => `tenant-${n}`);
    const shared = throughPooler();
    const seen = await Promise.all(
      tenants.map(async (tenant) => {
        const read = await readForTenant(shared, tenant, names);
        await forTenant(shared, tenant, (connection) =>
          connection.query(`UPDATE owners SET display_name = display_name || ' changed'`),
        );
        const { name: role } = await readForTenant(shared, tenant, sessionRole);
        return [...read, ...(await readForTenant(shared, tenant, names)), role];
      }),
    );
    expect(seen).toEqual(tenants.map((tenant) => [tenant, `${tenant} changed`, 'app']));
  });

  it('leaves neither role nor tenant nor time limit to whoever gets the connection next', async () => {
    const shared = throughPooler();
    await forTenant(shared, 'tenant-1', names);
    await expectAsync(
      forTenant(shared, 'tenant-1', () => Promise.reject(new Error('undone'))),
    ).toBeRejected();
    const next = new pg.Client({ connectionString: pooler!.url });
    await next.connect();
    const { rows } = await next.query(
      `SELECT current_user = session_user AS "ownRole", current_tenant() AS tenant,
              current_setting('idle_in_transaction_session_timeout') AS silent`,
    );
    await next.end();
    expect(rows).toEqual([{ ownRole: true, tenant: null, silent: '0' }]);
  });
});
