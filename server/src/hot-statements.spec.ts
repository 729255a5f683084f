import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Batch } from './audit/batch.ts';
import { cleanIssuance } from './audit/issuance-row.ts';
import { insertIssuances } from './audit/issuance.store.ts';
import { NO_SEAL } from './audit/leaf.ts';
import { findKeys } from './keys/store.ts';
import { readEpoch } from './leases/epoch.store.ts';
import { acknowledge } from './leases/holder.store.ts';
import { openDatabase, type Connection, type Database } from './platform/database.ts';
import { findResources } from './resources/store.ts';
import { freshDatabase, type TestDatabase } from './testing/test-database.ts';

const ROWS = 20_000;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

interface Explained {
  Plan: PlanNode;
  JIT?: unknown;
}

interface Asked {
  text: string;
  values: unknown[];
}

describe('Statements that lease renewals and deliveries wait for, in a database without statistics,', () => {
  let database: TestDatabase;
  let holder: Database;
  let writer: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    await database.pool.query(`
      INSERT INTO owners (tenant_id, owner_id, display_name) SELECT 't', 'o' || n, '' FROM generate_series(1, ${ROWS}) AS n;
      INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt)
        SELECT lpad(n::text, 21, '0') || 'A', 't', 'o' || n, 1, sha256('salt') FROM generate_series(1, ${ROWS}) AS n;
      INSERT INTO epoch_log (n, tenant_id, change, kids) SELECT n, 't', 'key-revoked', ARRAY[n::text] FROM generate_series(1, ${ROWS}) AS n;
      INSERT INTO receipts (epoch, tenant_id, change) SELECT n, 't', 'key-revoked' FROM generate_series(1, ${ROWS}) AS n;
      UPDATE epoch SET n = ${ROWS}`);
    const log = pino({ level: 'silent' });
    holder = openDatabase(database.url, log, { role: 'holder', max: 1 });
    writer = openDatabase(database.url, log, { role: 'audit_writer', max: 1 });
  });

  afterAll(async () => {
    await Promise.all([holder.end(), writer.end()]);
    await database.drop();
  });

  /** What the database would do for what `work` asks. */
  const plansOf = async (
    pool: Database,
    work: (connection: Connection) => Promise<unknown>,
  ): Promise<Explained[]> => {
    const connection = await pool.connect();
    const plans: Explained[] = [];
    const query = async (first: string | Asked, values: unknown[] = []): Promise<unknown> => {
      const asked = typeof first === 'string' ? { text: first, values } : first;
      const { rows } = await connection.query<{ 'QUERY PLAN': Explained[] }>(
        `EXPLAIN (FORMAT JSON) ${asked.text}`,
        asked.values,
      );
      plans.push(...rows.flatMap((row) => row['QUERY PLAN']));
      return connection.query(asked.text, asked.values);
    };
    try {
      await work({ query } as unknown as Connection);
    } finally {
      connection.release();
    }
    return plans;
  };
  const scanned = ({ Plan: top }: Explained): string[] => {
    const within = (node: PlanNode): string[] => [
      ...(node['Node Type'].includes('Seq Scan') ? [node['Relation Name'] ?? '?'] : []),
      ...(node.Plans ?? []).flatMap(within),
    ];
    return within(top).filter((table) => table !== 'epoch');
  };

  const hot: Record<string, (connection: Connection) => Promise<unknown>> = {
    'the renewal of a lease': (connection) => readEpoch(connection, ROWS),
    'the renewal of a lease that was away': (connection) => readEpoch(connection, 10),
    'an acknowledgement': (connection) =>
      acknowledge(connection, 'b3b7a3c4-0d50-4d4e-9a3e-3f0d6f1a2b4c', ROWS),
    'keys by their kids': (connection) => findKeys(connection, [`${'0'.repeat(20)}7A`]),
    'resources by their paths': (connection) => findResources(connection, ['t'], ['public/team/1.png']),
  };

  it('read no table that grows from end to end, and are not compiled: the audit rows of issued URLs', async () => {
    const kid = `${'0'.repeat(20)}7A`;
    const issued = {
      ...{ tenantId: 't', path: 'public/team/1.png', resourceId: 'res_1', signatureId: 'sig_1', kid },
      ...{ actor: 'o7', owner: 'o7', reason: 'test', expiresAt: Date.now() + 600_000 },
      ...{ ipPrefix: '127.0.0.0/24', userAgent: 'test' },
    };
    const issuances = [cleanIssuance(Date.now(), 'h', issued)];
    const place = { previous: NO_SEAL, writer: randomUUID(), batchNo: 0, attempt: randomUUID() };
    const plans = await plansOf(writer, async (connection) => {
      const { rowNumbers } = await insertIssuances(connection, {
        batch: new Batch(place, issuances),
        ...{ holder: 'h', issuances },
      });
      expect(rowNumbers).toEqual([0]);
    });
    expect(plans.length).toBe(1);
    expect(plans.flatMap(scanned)).toEqual([]);
    expect(plans.filter(({ JIT }) => JIT)).toEqual([]);
  });

  for (const [what, work] of Object.entries(hot)) {
    it(`read no table that grows from end to end, and are not compiled: ${what}`, async () => {
      const plans = await plansOf(holder, work);
      expect(plans.length).toBeGreaterThan(0);
      expect(plans.flatMap(scanned)).toEqual([]);
      expect(plans.filter(({ JIT }) => JIT)).toEqual([]);
    });
  }

  it('are on connections that compile nothing, whatever PostgreSQL expects', async () => {
    const { rows } = await holder.query<{ jit: string }>('SHOW jit');
    expect(rows).toEqual([{ jit: 'off' }]);
  });
});
