import { pino } from 'pino';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { openDatabase } from './database.ts';
import {
  actingAs,
  forTenant,
  openTenantDatabase,
  readForTenant,
  TenantDatabase,
  type TenantConnection,
} from './tenant-database.ts';

const silent = pino({ level: 'silent' });

describe('the work of a tenant', () => {
  let database: TestDatabase;
  let db: TenantDatabase;

  beforeEach(async () => {
    database = await freshDatabase();
    db = openTenantDatabase(database.url, silent, { max: 1 });
    for (const tenant of ['acme', 'globex']) {
      await database.pool.query(
        `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ($1, 'ada', 'Ada of ' || $1)`,
        [tenant],
      );
    }
  });

  afterEach(async () => {
    await db.end();
    await database.drop();
  });

  // As somebody would write it who forgot the tenant.
  const names = async (connection: TenantConnection): Promise<string[]> => {
    const { rows } = await connection.query<{ name: string }>('SELECT display_name AS name FROM owners');
    return rows.map(({ name }) => name);
  };
  const rename = (connection: TenantConnection): Promise<unknown> =>
    connection.query(`UPDATE owners SET display_name = 'renamed'`);

  it('sees its own rows when a query forgets the tenant', async () => {
    expect(await readForTenant(db, 'acme', names)).toEqual(['Ada of acme']);
    expect(await forTenant(db, 'globex', names)).toEqual(['Ada of globex']);
  });

  it('changes its own rows alone when a statement forgets the tenant', async () => {
    await forTenant(db, 'acme', rename);
    expect(await readForTenant(db, 'globex', names)).toEqual(['Ada of globex']);
    expect(await readForTenant(db, 'acme', names)).toEqual(['renamed']);
  });

  it('changes nothing where it only reads', async () => {
    await expectAsync(readForTenant(db, 'acme', rename)).toBeRejectedWithError(/read-only transaction/);
    expect(await readForTenant(db, 'acme', names)).toEqual(['Ada of acme']);
  });

  it('gives its locks away when it says nothing for seconds, since who is cut off would else keep them', async () => {
    const { rows } = await forTenant(db, 'acme', (connection) =>
      connection.query('SHOW idle_in_transaction_session_timeout'),
    );
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '5s' }]);
  });

  it('is undone when it fails', async () => {
    const failing = forTenant(db, 'acme', async (connection) => {
      await rename(connection);
      throw new Error('changed my mind');
    });
    await expectAsync(failing).toBeRejectedWithError('changed my mind');
    expect(await readForTenant(db, 'acme', names)).toEqual(['Ada of acme']);
  });

  it('leaves neither tenant nor role on its connection, which may be somebody else’s next', async () => {
    const pool = openDatabase(database.url, silent, { max: 1 });
    const { rows: before } = await pool.query('SELECT pg_backend_pid() AS pid, current_user AS role');
    await readForTenant(new TenantDatabase(pool), 'acme', names);
    await forTenant(new TenantDatabase(pool), 'acme', names);
    await forTenant(new TenantDatabase(pool), 'acme', () => Promise.reject(new Error('no'))).catch(
      () => undefined,
    );
    const { rows: after } = await pool.query('SELECT pg_backend_pid() AS pid, current_user AS role');
    expect(after).toEqual(before);
    const { rows: left } = await pool.query('SELECT current_tenant() AS tenant');
    expect(left).toEqual([{ tenant: null }]);
    await pool.end();
  });

  it('leaves no prepared statement behind where a pooler gives the connection to somebody else', async () => {
    const prepared = (tenants: TenantDatabase): Promise<number> =>
      readForTenant(tenants, 'acme', async (connection) => {
        const { rows } = await connection.query<{ n: number }>({
          name: 'one',
          text: 'SELECT $1::int AS n',
          values: [1],
        });
        expect(rows).toEqual([{ n: 1 }]);
        const found = await connection.query(`SELECT FROM pg_prepared_statements WHERE name = 'one'`);
        return found.rowCount ?? 0;
      });
    const pooled = openTenantDatabase(database.url, silent, { pooled: true });
    expect(await prepared(pooled)).toBe(0);
    expect(await prepared(db)).toBe(1);
    await pooled.end();
  });

  it('takes any name as nothing but a name', async () => {
    for (const name of [`acme'; SET ROLE holder; --`, `\\'acme`, 'acme" OR true', '$1', 'Zoë\n']) {
      const seen = await readForTenant(db, name, async (connection) => {
        const { rows } = await connection.query<{ tenant: string }>('SELECT current_tenant() AS tenant');
        return rows[0]!.tenant;
      });
      expect(seen).toBe(name);
      expect(await readForTenant(db, name, names)).toEqual([]);
    }
  });

  it('is refused without a name', async () => {
    for (const name of ['', 'ac\0me']) {
      await expectAsync(readForTenant(db, name, names)).toBeRejectedWithError(TypeError);
      await expectAsync(forTenant(db, name, names)).toBeRejectedWithError(TypeError);
    }
    expect(await readForTenant(db, 'acme', names)).toEqual(['Ada of acme']);
  });

  it('does one step as another role in the same transaction, and goes on as before', async () => {
    await forTenant(db, 'acme', async (connection) => {
      const role = async (): Promise<unknown> =>
        (await connection.query('SELECT current_user AS role, current_tenant() AS tenant')).rows[0];
      expect(await actingAs(connection, 'eraser', role)).toEqual({ role: 'eraser', tenant: 'acme' });
      expect(await role()).toEqual({ role: 'app', tenant: 'acme' });
    });
  });

  it('cannot be forgotten: neither a bare pool nor a bare connection is taken where rows of tenants are', async () => {
    const bare = await database.pool.connect();
    // @ts-expect-error -- a pool is no TenantDatabase
    await expectAsync(readForTenant(database.pool, 'acme', names)).toBeRejected();
    // @ts-expect-error -- a connection outside forTenant() has no tenant
    expect(await names(bare)).toEqual(['Ada of acme', 'Ada of globex']);
    bare.release();
  });

  it('closes a connection whose reader says that it is broken, and gives back any other', async () => {
    const pool = openDatabase(database.url, silent, { max: 1 });
    const tenants = new TenantDatabase(pool);
    const read = async (broken?: Error): Promise<unknown> => {
      const { connection, end } = await tenants.reading('acme');
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      end(broken);
      return rows[0]?.pid;
    };
    const first = await read();
    expect(await read(new Error('the export was given up'))).toBe(first);
    const second = await read();
    expect(second).not.toBe(first);
    expect(await read()).toBe(second);
    await pool.end();
  });

  it('survives a connection that was lost between two calls', async () => {
    const pid = await readForTenant(db, 'acme', async (connection) => {
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return rows[0]!.pid;
    });
    await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
    await readForTenant(db, 'acme', names).catch(() => undefined);
    expect(await readForTenant(db, 'acme', names)).toEqual(['Ada of acme']);
  });
});
