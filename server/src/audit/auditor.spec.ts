import type pg from 'pg';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { issuanceLog } from './issuance.ts';
import { ensurePartitions } from './partitions.ts';
import { systemClock } from '../platform/clock.ts';
import { randomUUID } from 'node:crypto';
import { activeKey, issuance, silent } from './testing/audit-database.ts';

// The query of specification 001, its interval quoted.
const SPECIFIED = `
  SELECT * FROM resource_access_logs
  WHERE resource_path = 'public/team/avatar-2.jpg'
    AND accessed_at > NOW() - INTERVAL '30 days'`;

describe('The role auditor', () => {
  let database: TestDatabase;
  let auditor: pg.PoolClient;

  beforeAll(async () => {
    database = await freshDatabase();
    await ensurePartitions({ database: database.pool, clock: systemClock, log: silent });
    const kid = await activeKey(database.pool, 'ada');
    const log = issuanceLog({
      database: database.pool,
      writer: randomUUID(),
      holder: 'gateway-1',
      clock: systemClock,
      log: silent,
    });
    await log.record([issuance(kid, 1), issuance(kid, 2, { path: 'public/team/avatar-3.jpg' })]);
    auditor = await database.pool.connect();
    await auditor.query('SET ROLE auditor');
  });

  afterAll(async () => {
    auditor.release(true);
    await database.drop();
  });

  it('gets from the specified query who, when, why and how long', async () => {
    const { rows } = await auditor.query(SPECIFIED);
    expect(rows.length).toBe(1);
    const { actor, accessed_at, reason, expires_at } = rows[0];
    expect({ actor, reason, expires_at }).toEqual({
      actor: 'grace',
      reason: 'team_member_photo',
      expires_at: new Date(Date.UTC(2030, 0, 1)),
    });
    expect(accessed_at).toBeInstanceOf(Date);
  });

  it('reads batches and denial counts too', async () => {
    expect((await auditor.query('SELECT * FROM audit_batches')).rows.length).toBe(1);
    expect((await auditor.query('SELECT * FROM denial_counts')).rows).toEqual([]);
  });

  for (const statement of [
    'DELETE FROM resource_access_logs',
    `UPDATE resource_access_logs SET actor = 'nobody'`,
    `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
     VALUES (now(), 'delivery', gen_random_uuid(), 0, 0)`,
    'TRUNCATE resource_access_logs',
    'DROP TABLE resource_access_logs',
    'DELETE FROM audit_batches',
    'INSERT INTO audit_batches (writer, batch_no, row_count) VALUES (gen_random_uuid(), 0, 0)',
    'DELETE FROM resource_access_logs_default',
    'UPDATE denial_counts SET denials = 0',
    'SELECT salt FROM signature_keys',
    'SELECT * FROM owners',
    'CREATE TABLE mine (n integer)',
  ]) {
    it(`may not: ${statement.replace(/\s+/g, ' ')}`, async () => {
      const refused: unknown = await auditor.query(statement).catch((error: unknown) => error);
      expect((refused as { code?: string }).code).toBe('42501');
    });
  }

  it('is answered from the path index: other paths are not read', async () => {
    const rows = 40_000;
    await database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, writer, batch_no, row_no)
       SELECT now(), 'delivery', 'acme', 'public/team/photo-' || n % 2000, gen_random_uuid(), 0, 0
       FROM generate_series(1, $1::int) AS n`,
      [rows],
    );
    await database.pool.query('ANALYZE resource_access_logs');
    const { rows: plans } = await auditor.query(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${SPECIFIED.replace('avatar-2.jpg', 'photo-7')}`,
    );
    const plan = plans[0]['QUERY PLAN'][0].Plan;
    expect(plan['Actual Rows']).toBe(rows / 2000);
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(100);
  });
});
