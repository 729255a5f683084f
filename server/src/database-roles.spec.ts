import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { ensurePartitions } from './audit/partitions.ts';
import { systemClock } from './platform/clock.ts';
import { freshDatabase, type TestDatabase } from './testing/test-database.ts';

/** Tables without a tenant. Whoever adds one has made sure that it holds nothing of anybody. */
const OF_NO_TENANT = [
  ...['audit_batches', 'audit_batches_before_seals', 'audit_kept_leaves', 'audit_retired', 'denial_counts'],
  ...['epoch', 'holders', 'master_secrets_held', 'master_versions', 'recorded_changes', 'schema_migrations'],
];
const ROLES = ['app', 'holder', 'audit_writer', 'auditor', 'eraser'];
const NOT_ALLOWED = '42501';

interface Table {
  name: string;
  hasTenant: boolean;
  isPartition: boolean;
  enabled: boolean;
  forced: boolean;
}

// Every table comes from the catalog, so that one which is added tomorrow is looked at too.
describe('The database roles', () => {
  let database: TestDatabase;
  let tables: Table[];
  let session: pg.PoolClient;

  beforeAll(async () => {
    database = await freshDatabase();
    await ensurePartitions({ database: database.pool, clock: systemClock, log: pino({ level: 'silent' }) });
    for (const tenant of ['acme', 'globex']) await fill(database.pool, tenant);
    const { rows } = await database.pool.query<Table>(
      `SELECT c.relname AS name, c.relispartition AS "isPartition", c.relrowsecurity AS enabled,
              c.relforcerowsecurity AS forced, EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS "hasTenant"
         FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
    );
    tables = rows;
    session = await database.pool.connect();
  });

  afterAll(async () => {
    session.release(true);
    await database.drop();
  });

  /** One statement as a role, in a transaction that is not kept. */
  const as = async (
    role: string,
    tenant: string | undefined,
    statement: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResult<Record<string, unknown>>> => {
    await session.query('BEGIN');
    try {
      await session.query(`SET LOCAL ROLE ${role}`);
      if (tenant !== undefined) await session.query(`SET LOCAL countersign.tenant = '${tenant}'`);
      return await session.query(statement, values);
    } finally {
      await session.query('ROLLBACK');
    }
  };
  const codeOf = (refused: Promise<unknown>): Promise<string | undefined> =>
    refused.then(
      () => undefined,
      (error: unknown) => (error as { code?: string }).code,
    );
  const ofTenants = (): Table[] => tables.filter(({ hasTenant, isPartition }) => hasTenant && !isPartition);

  it('hold every table to its tenant, the owner of the tables too', () => {
    const unheld = ofTenants().filter(({ enabled, forced }) => !enabled || !forced);
    expect(unheld).toEqual([]);
    expect(ofTenants().length).toBeGreaterThanOrEqual(6);
  });

  it('leave no table without a tenant by accident', () => {
    const without = tables.filter(({ hasTenant }) => !hasTenant).map(({ name }) => name);
    expect(without.filter((name) => !OF_NO_TENANT.includes(name))).toEqual([]);
  });

  it('reach partitions through the log alone', async () => {
    const partitions = tables.filter(({ isPartition }) => isPartition);
    expect(partitions.length).toBe(9);
    expect(partitions.filter(({ enabled }) => !enabled)).toEqual([]);
    for (const role of ROLES) {
      for (const { name } of partitions) {
        expect(await codeOf(as(role, 'acme', `SELECT FROM ${name}`))).toBe(NOT_ALLOWED);
      }
    }
  });

  it('can neither log in nor bypass anything, belong to nobody and own nothing', async () => {
    const { rows } = await database.pool.query(
      `SELECT rolname FROM pg_roles WHERE rolname = ANY($1)
          AND NOT (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
          AND NOT EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
          AND NOT EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)`,
      [ROLES],
    );
    expect(rows.map(({ rolname }) => rolname as string).sort()).toEqual([...ROLES].sort());
  });

  describe('app', () => {
    it('reads nothing without a tenant, nor after the tenant of an earlier transaction', async () => {
      for (const { name } of ofTenants()) {
        expect((await as('app', undefined, `SELECT * FROM ${name}`)).rows)
          .withContext(name)
          .toEqual([]);
      }
      await as('app', 'acme', 'SELECT 1');
      for (const { name } of ofTenants()) {
        expect((await as('app', undefined, `SELECT * FROM ${name}`)).rows)
          .withContext(name)
          .toEqual([]);
        expect((await as('app', '', `SELECT * FROM ${name}`)).rows)
          .withContext(name)
          .toEqual([]);
      }
    });

    it('reads the rows of its tenant without asking for them, and no others when it asks', async () => {
      for (const { name } of ofTenants()) {
        const { rows } = await as('app', 'acme', `SELECT DISTINCT tenant_id FROM ${name}`);
        expect(rows)
          .withContext(`${name}: add a row to fill() below`)
          .toEqual([{ tenant_id: 'acme' }]);
        const others = await as('app', 'acme', `SELECT * FROM ${name} WHERE tenant_id = 'globex'`);
        expect(others.rows).withContext(name).toEqual([]);
      }
    });

    it('makes no row of another tenant, and none without one', async () => {
      for (const { name } of ofTenants()) {
        const { rows } = await database.pool.query<{ row: unknown }>(
          `SELECT to_jsonb(t) AS row FROM ${name} t WHERE tenant_id = 'globex' LIMIT 1`,
        );
        const insert = `INSERT INTO ${name} SELECT * FROM jsonb_populate_record(NULL::${name}, $1)`;
        const row = JSON.stringify(rows[0]!.row);
        expect(await codeOf(as('app', 'acme', insert, [row])))
          .withContext(name)
          .toBe(NOT_ALLOWED);
        expect(await codeOf(as('app', undefined, insert, [row])))
          .withContext(name)
          .toBe(NOT_ALLOWED);
      }
    });

    it('neither changes nor takes over rows of another tenant, and gives none away', async () => {
      const changed = await as(
        'app',
        'acme',
        `UPDATE owners SET display_name = 'x' WHERE tenant_id = 'globex'`,
      );
      expect(changed.rowCount).toBe(0);
      for (const table of ['owners', 'resources']) {
        const given = as('app', 'acme', `UPDATE ${table} SET tenant_id = 'globex'`);
        expect(await codeOf(given))
          .withContext(table)
          .toBe(NOT_ALLOWED);
      }
      const destroyed = await as(
        'app',
        'acme',
        `UPDATE signature_keys SET salt = NULL, state = 'revoked', revoked_at = now()`,
      );
      expect(destroyed.rowCount).toBe(1);
    });
  });

  const refused: [role: string, statement: string][] = [
    ...['app', 'audit_writer', 'auditor', 'eraser', 'holder'].flatMap((role): [string, string][] => [
      [role, 'DELETE FROM resource_access_logs'],
      [role, 'TRUNCATE resource_access_logs'],
      [role, `UPDATE resource_access_logs SET event = 'nothing'`],
      [role, `UPDATE resource_access_logs SET status = 500`],
      [role, `UPDATE resource_access_logs SET tenant_id = 'globex'`],
      [role, `UPDATE resource_access_logs SET signature_id = NULL, kid = NULL`],
      [role, `UPDATE resource_access_logs SET accessed_at = now()`],
      [role, 'DELETE FROM audit_batches'],
      [role, 'UPDATE audit_batches SET row_count = 0'],
      [role, `UPDATE epoch_log SET kids = '{}'`],
      [role, 'DELETE FROM signature_keys'],
      [role, 'DELETE FROM receipts'],
      [role, 'UPDATE epoch SET lease_ms = 60000'],
      [role, 'SELECT * FROM schema_migrations'],
      [role, 'CREATE TABLE mine (n integer)'],
      [role, 'ALTER TABLE owners DISABLE ROW LEVEL SECURITY'],
      [role, 'ALTER TABLE owners NO FORCE ROW LEVEL SECURITY'],
      [role, 'DROP POLICY app_tenant ON owners'],
      [role, 'CREATE POLICY mine ON owners USING (true)'],
      [role, `CREATE OR REPLACE FUNCTION current_tenant() RETURNS text LANGUAGE sql RETURN 'globex'`],
      [role, 'ALTER ROLE app BYPASSRLS'],
    ]),
    ['app', `UPDATE resource_access_logs SET actor = 'nobody'`],
    ['app', 'SELECT * FROM denial_counts'],
    ['app', 'DELETE FROM erasures'],
    ['holder', 'SELECT owner_id FROM erasures'],
    ['holder', 'SELECT * FROM erasure_items'],
    ['eraser', 'SELECT * FROM erasures'],
    ['app', 'SELECT * FROM holders'],
    ['app', `UPDATE receipts SET status = 'final'`],
    ...['SELECT * FROM owners', 'SELECT * FROM resource_access_logs', 'SELECT * FROM denial_counts'].map(
      (statement): [string, string] => ['holder', statement],
    ),
    ['holder', `UPDATE signature_keys SET state = 'revoked', salt = NULL`],
    ['holder', `UPDATE resources SET path = 'x'`],
    ['holder', 'UPDATE epoch SET n = 0'],
    ['holder', `UPDATE receipts SET tenant_id = 'globex'`],
    ['holder', 'DELETE FROM holders'],
    ['holder', `UPDATE master_versions SET state = 'retired'`],
    ['app', `UPDATE master_versions SET state = 'retired'`],
    ['app', 'SELECT * FROM master_secrets_held'],
    ['audit_writer', 'SELECT * FROM master_versions'],
    // The holder compacts it: leases/epoch-log.spec.ts.
    ...['app', 'audit_writer', 'auditor', 'eraser'].map((role): [string, string] => [
      role,
      'DELETE FROM epoch_log',
    ]),
    ...['resource_path', 'actor', 'owner', 'reason', 'ip_prefix', 'user_agent', 'tenant_id', '*'].map(
      (column): [string, string] => ['audit_writer', `SELECT ${column} FROM resource_access_logs`],
    ),
    ['audit_writer', `SELECT row_no FROM resource_access_logs WHERE resource_path = 'public/team/a.png'`],
    ['audit_writer', `UPDATE resource_access_logs SET actor = 'nobody'`],
    ['audit_writer', 'DELETE FROM denial_counts'],
    ['audit_writer', `UPDATE denial_counts SET cause = 'none'`],
    ['audit_writer', 'SELECT salt FROM signature_keys'],
    ['audit_writer', `SELECT kid FROM signature_keys WHERE owner_id = 'ada'`],
    ['audit_writer', 'SELECT * FROM owners'],
    ['audit_writer', 'SELECT * FROM resources'],
    ['auditor', `UPDATE resource_access_logs SET actor = 'nobody'`],
    ['auditor', 'UPDATE denial_counts SET denials = 0'],
    ['auditor', 'SELECT * FROM signature_keys'],
    ['auditor', 'SELECT * FROM owners'],
    ['eraser', 'SELECT signature_id FROM resource_access_logs'],
    ['eraser', 'SELECT * FROM audit_batches'],
    ['eraser', 'SELECT * FROM owners'],
    ['eraser', 'SELECT * FROM signature_keys'],
    [
      'eraser',
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, writer, batch_no, row_no)
       VALUES (now(), 'erased', 'acme', gen_random_uuid(), 0, 0)`,
    ],
  ];
  for (const [role, statement] of refused) {
    it(`${role} may not: ${statement.replace(/\s+/g, ' ')}`, async () => {
      expect(await codeOf(as(role, 'acme', statement))).toBe(NOT_ALLOWED);
    });
  }

  it('audit_writer finds out whether a batch is in and whether a key is active', async () => {
    const { rows } = await as(
      'audit_writer',
      undefined,
      `SELECT row_no FROM resource_access_logs WHERE signature_id = ANY('{sig_acme,sig_globex}')
        AND accessed_at > now() - INTERVAL '1 day' AND batch_no = 0`,
    );
    expect(rows.length).toBe(2);
    const keys = await as('audit_writer', undefined, 'SELECT kid, state FROM signature_keys');
    expect(keys.rows.length).toBe(2);
  });

  it('eraser empties what is personal, of its tenant alone', async () => {
    const EMPTY = `UPDATE resource_access_logs SET resource_path = NULL, actor = NULL, owner = NULL, reason = NULL,
      ip_prefix = NULL, user_agent = NULL WHERE owner = 'ada' OR actor = 'ada'`;
    expect((await as('eraser', 'acme', EMPTY)).rowCount).toBe(1);
    expect((await as('eraser', undefined, EMPTY)).rowCount).toBe(0);
  });
});

/** A row of this tenant in every table that has tenants. */
async function fill(pool: pg.Pool, tenant: string): Promise<void> {
  const statements = [
    `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ($1, 'ada', 'Ada')`,
    `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt)
     VALUES ('kid_' || $1, $1, 'ada', 1, decode(repeat('00', 32), 'hex'))`,
    `INSERT INTO resources (id, tenant_id, path, owner_id, kind, state, display_name)
     VALUES ('res_' || $1, $1, 'public/team/a.png', 'ada', 'teamPhoto', 'awaiting', 'a.png')`,
    `INSERT INTO tenant_quotas (tenant_id, user_bytes) VALUES ($1, 1000)`,
    `INSERT INTO uploads (id, tenant_id, resource_id, how, content_type, expires_at)
     VALUES (rpad($1, 21, '_') || 'A', $1, 'res_' || $1, 'post', 'image/png', now())`,
    `INSERT INTO edges (id, tenant_id, tenants, name, secret_hash)
     VALUES ('edge_' || $1, $1, ARRAY[$1], 'paris', decode(repeat('00', 32), 'hex'))`,
    `INSERT INTO edge_told_keys (edge_id, kid, tenant_id) VALUES ('edge_' || $1, 'kid_' || $1, $1)`,
    `INSERT INTO epoch_log (n, tenant_id, change) SELECT count(*), $1, 'key-revoked' FROM epoch_log`,
    `INSERT INTO retired_paths (tenant_id, path_hash, rotation, until) VALUES ($1, sha256('a'), 1, now())`,
    `INSERT INTO revoked_signatures (tenant_id, signature_id, kid, expires_at)
     VALUES ($1, 'sig_' || $1, 'kid_' || $1, now())`,
    `INSERT INTO replayed_changes (tenant_id, epoch, at) SELECT $1, count(*), 1 FROM replayed_changes`,
    `INSERT INTO departures (id, tenant_id, owner_id, effective_at) VALUES ('dep_' || $1, $1, 'ada', now())`,
    `INSERT INTO collections (id, tenant_id, name, interested_roles) VALUES ('col_' || $1, $1, 'An order', '{SEL}')`,
    `INSERT INTO collection_members (tenant_id, collection_id, member_id, role) VALUES ($1, 'col_' || $1, 'grace', 'BUY')`,
    `INSERT INTO discarded_blobs (tenant_id, object_key) VALUES ($1, 'blob_' || $1)`,
    `INSERT INTO derivatives (tenant_id, source_key, name, object_key, failure)
     VALUES ($1, 'blob_' || $1, '640.webp', 'small_' || $1, 'damaged')`,
    `INSERT INTO receipts (epoch, tenant_id, change) SELECT count(*), $1, 'key-revoked' FROM receipts`,
    `INSERT INTO erasures (erasure_id, tenant_id, owner_id, owner_tag, path_salt)
     VALUES ('erasure_' || $1, $1, 'ada', sha256('ada'), decode(repeat('00', 16), 'hex'))`,
    `INSERT INTO erasure_items (erasure_id, tenant_id, path_hash, resource_id, kind)
     VALUES ('erasure_' || $1, $1, sha256('a.png'), 'res_' || $1, 'teamPhoto')`,
  ];
  for (const statement of statements) await pool.query(statement, [tenant]);
  await pool.query(
    `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, signature_id, actor, owner,
       writer, batch_no, row_no)
     VALUES (now(), 'delivery', $1, 'public/team/a.png', 'sig_' || $1, 'ada', 'ada', $2, 0, 0)`,
    [tenant, randomUUID()],
  );
}
