import { randomUUID } from 'node:crypto';
import { systemClock } from '../platform/clock.ts';
import { transaction } from '../platform/database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { EVENT_WRITER } from './event-writer.ts';
import { writeEvent } from './event.store.ts';
import type { Finding, VerificationReport } from './findings.ts';
import { issuanceLog } from './issuance.ts';
import { readLog } from './log-reader.ts';
import { ensurePartitions } from './partitions.ts';
import { leafOfStored } from './stored-row.ts';
import { activeKey, issuance, revokeKey, silent } from './testing/audit-database.ts';
import { fillSealedLog } from './testing/sealed-log.ts';
import { verifyAudit } from './verify.ts';

const DAY_MS = 86_400_000;

describe('verifyAudit', () => {
  let database: TestDatabase;
  /** Writer of issuances. */
  const issuances = randomUUID();
  /** Writers of deliveries. */
  let deliveries: string[];
  const now = Date.now();
  const yesterday = new Date(now - DAY_MS).toISOString().slice(0, 10);

  const verify = (): Promise<VerificationReport> => verifyAudit({ database: database.pool });
  const sql = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await database.pool.query(text, values)).rows;
  /** Findings without their words, in the order in which they were found. */
  const places = ({ findings }: VerificationReport): Partial<Finding>[] =>
    findings.map((finding) => {
      expect(finding.text).not.toBe('');
      const names = ['kind', 'writer', 'batchNo', 'rowNo'] as const;
      return Object.fromEntries(
        names.flatMap((name) => (finding[name] === undefined ? [] : [[name, finding[name]]])),
      );
    });

  beforeEach(async () => {
    database = await freshDatabase();
    await ensurePartitions({
      database: database.pool,
      clock: { ...systemClock, now: () => now - DAY_MS },
      log: silent,
    });
    deliveries = (
      await fillSealedLog(database.pool, {
        rows: 600,
        batchRows: 100,
        from: Date.parse(`${yesterday}T10:00:00Z`),
        to: Date.parse(`${yesterday}T11:00:00Z`),
      })
    ).sort();
    const kid = await activeKey(database.pool, 'ada');
    const revoked = await activeKey(database.pool, 'grace');
    await revokeKey(database.pool, revoked);
    const log = issuanceLog({
      database: database.pool,
      writer: issuances,
      holder: 'gateway-1',
      clock: systemClock,
      log: silent,
    });
    await log.record([
      issuance(kid, 1),
      issuance(revoked, 2),
      issuance(kid, 3, { reason: '', owner: 'Zoë 李 🎉' }),
    ]);
    await log.record([issuance(revoked, 4)]);
    await log.record([issuance(kid, 5)]);
    for (const event of ['key-revoked', 'key-reinstated', 'resource-created']) {
      await transaction(database.pool, (connection) =>
        writeEvent(connection, {
          event,
          tenantId: 'acme',
          actor: 'admin',
          owner: 'ada',
          path: 'a/b.jpg',
          bytes: 7,
        }),
      );
    }
  });

  afterEach(() => database.drop());

  it('finds nothing in an untouched log', async () => {
    const progress: number[] = [];
    const report = await verifyAudit({ database: database.pool, onProgress: (rows) => progress.push(rows) });
    expect(report).toEqual({
      ...{
        holds: true,
        rows: 606,
        batches: 12,
        writers: 4,
        checkpoints: 0,
        notShown: 0,
        unwitnessed: 606,
        erased: 0,
        retired: 0,
      },
      ...{ retiredThrough: undefined, beforeSeals: 0, findings: [], findingsTotal: 0 },
    });
    expect(progress).toEqual([606]);
  });

  it('finds nothing in an empty log', async () => {
    const empty = await freshDatabase();
    expect((await verifyAudit({ database: empty.pool })).holds).toBeTrue();
    await empty.drop();
  });

  const publicColumns = {
    accessed_at: `accessed_at + INTERVAL '1 microsecond'`,
    event: `'denial'`,
    tenant_id: `'acmf'`,
    resource_id: 'NULL',
    signature_id: `signature_id || ' '`,
    kid: `''`,
    expires_at: `expires_at - INTERVAL '1 microsecond'`,
    status: 'status + 1',
    bytes: '-bytes - 1',
    duration_ms: 'NULL',
    holder: `upper(holder)`,
  };
  for (const [column, value] of Object.entries(publicColumns)) {
    it(`names the row in which ${column} was changed`, async () => {
      const [, writer = ''] = deliveries;
      await sql(`UPDATE resource_access_logs SET ${column} = ${value} WHERE writer = $1 AND batch_no = 1 AND row_no = 42`, [writer]); // prettier-ignore
      expect(places(await verify())).toEqual([{ kind: 'row-changed', writer, batchNo: 1, rowNo: 42 }]);
    });
  }

  const personalColumns = {
    resource_path: `resource_path || 'x'`,
    actor: 'NULL',
    owner: `overlay(owner placing 'P' from 1)`,
    reason: `''`,
    ip_prefix: `'203.0.113.1/24'`,
    user_agent: `user_agent || ' '`,
    salt: `set_byte(salt, 15, get_byte(salt, 15) # 1)`,
  };
  for (const [column, value] of Object.entries(personalColumns)) {
    it(`names the row in which ${column} was changed`, async () => {
      const [writer = ''] = deliveries;
      await sql(`UPDATE resource_access_logs SET ${column} = ${value} WHERE writer = $1 AND batch_no = 2 AND row_no = 0`, [writer]); // prettier-ignore
      expect(places(await verify())).toEqual([{ kind: 'personal-changed', writer, batchNo: 2, rowNo: 0 }]);
    });
  }

  it('names the row whose commitment was made anew for other words', async () => {
    const [writer = ''] = deliveries;
    await sql(`UPDATE resource_access_logs SET commitment = sha256('x') WHERE writer = $1 AND batch_no = 0 AND row_no = 7`, [writer]); // prettier-ignore
    expect(places(await verify())).toEqual([
      { kind: 'personal-changed', writer, batchNo: 0, rowNo: 7 },
      { kind: 'row-changed', writer, batchNo: 0, rowNo: 7 },
    ]);
  });

  it('takes erased rows, and only those that are erased whole', async () => {
    const [writer = ''] = deliveries;
    const erase =
      'resource_path = NULL, actor = NULL, owner = NULL, reason = NULL, ip_prefix = NULL, user_agent = NULL';
    await sql(`UPDATE resource_access_logs SET ${erase}, salt = NULL WHERE owner = 'ada' OR writer = $1`, [
      writer,
    ]);
    const report = await verify();
    expect({ holds: report.holds, erased: report.erased }).toEqual({ holds: true, erased: 305 });
    await sql(`UPDATE resource_access_logs SET actor = 'somebody' WHERE writer = $1 AND batch_no = 0 AND row_no = 3`, [writer]); // prettier-ignore
    expect(places(await verify())).toEqual([{ kind: 'personal-changed', writer, batchNo: 0, rowNo: 3 }]);
  });

  it('names a row that was deleted, and one of a batch in which numbers are not consecutive', async () => {
    const [writer = ''] = deliveries;
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 1 AND row_no = 99', [
      writer,
    ]);
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 0 AND row_no = 2', [
      issuances,
    ]);
    const found = places(await verify());
    expect(found.length).toBe(2);
    expect(found).toContain({ kind: 'row-missing', writer, batchNo: 1, rowNo: 99 });
    expect(found).toContain({ kind: 'row-missing', writer: issuances, batchNo: 0, rowNo: 2 });
  });

  it('names a row that was added, with a new number or with one that there is', async () => {
    const [writer = ''] = deliveries;
    const copy = (rowNo: number): Promise<unknown> =>
      sql(
        `INSERT INTO resource_access_logs SELECT (jsonb_populate_record(l, jsonb_build_object('row_no', $2::int))).*
         FROM resource_access_logs l WHERE writer = $1 AND batch_no = 1 AND row_no = 5`,
        [writer, rowNo],
      );
    await copy(100);
    expect(places(await verify())).toEqual([{ kind: 'row-added', writer, batchNo: 1, rowNo: 100 }]);
    await sql('DELETE FROM resource_access_logs WHERE row_no = 100');
    await copy(5);
    expect(places(await verify())).toEqual([{ kind: 'row-added', writer, batchNo: 1, rowNo: 5 }]);
  });

  it('names two rows that changed places', async () => {
    const [writer = ''] = deliveries;
    await sql(`UPDATE resource_access_logs SET row_no = 5 - row_no WHERE writer = $1 AND batch_no = 1 AND row_no IN (2, 3)`, [writer]); // prettier-ignore
    expect(places(await verify())).toEqual([
      { kind: 'row-changed', writer, batchNo: 1, rowNo: 2 },
      { kind: 'row-changed', writer, batchNo: 1, rowNo: 3 },
    ]);
  });

  it('finds both of two batches that changed places', async () => {
    const [writer = ''] = deliveries;
    for (const table of ['resource_access_logs', 'audit_batches']) {
      for (const [from, to] of [
        [1, 9],
        [2, 1],
        [9, 2],
      ]) {
        // prettier-ignore
        await sql(`UPDATE ${table} SET batch_no = $3 WHERE writer = $1 AND batch_no = $2`, [writer, from, to]);
      }
    }
    const found = places(await verify());
    for (const batchNo of [1, 2]) expect(found).toContain({ kind: 'seal-broken', writer, batchNo });
    expect(found.every(({ batchNo }) => batchNo === 1 || batchNo === 2)).toBeTrue();
  });

  const recordColumns = {
    seal: `set_byte(seal, 0, get_byte(seal, 0) # 128)`,
    leaves: `set_byte(leaves, 31, get_byte(leaves, 31) # 1)`,
    attempt: 'gen_random_uuid()',
    first_at: `first_at - INTERVAL '1 microsecond'`,
    last_at: 'NULL',
  };
  for (const [column, value] of Object.entries(recordColumns)) {
    it(`names the batch whose ${column} was changed, and no other`, async () => {
      const [writer = ''] = deliveries;
      await sql(`UPDATE audit_batches SET ${column} = ${value} WHERE writer = $1 AND batch_no = 1`, [writer]);
      const found = places(await verify());
      expect(found[0]).toEqual({ kind: 'seal-broken', writer, batchNo: 1 });
      expect(new Set(found.map(({ batchNo }) => batchNo))).toEqual(new Set([1]));
    });
  }

  it('names the batch whose number of rows was changed', async () => {
    const [writer = ''] = deliveries;
    await sql('UPDATE audit_batches SET row_count = 99 WHERE writer = $1 AND batch_no = 2', [writer]);
    expect(places(await verify())).toContain({ kind: 'seal-broken', writer, batchNo: 2 });
  });

  it('finds a batch that was taken out of the middle, with its rows or without', async () => {
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 1', [EVENT_WRITER]);
    await sql('DELETE FROM audit_batches WHERE writer = $1 AND batch_no = 1', [EVENT_WRITER]);
    expect(places(await verify())).toEqual([{ kind: 'batch-missing', writer: EVENT_WRITER, batchNo: 1 }]);
    const [writer = ''] = deliveries;
    await sql('DELETE FROM audit_batches WHERE writer = $1 AND batch_no = 0', [writer]);
    const found = places(await verify());
    expect(found).toContain({ kind: 'batch-missing', writer, batchNo: 0 });
    expect(found).toContain({ kind: 'row-outside-batch', writer, batchNo: 0 });
  });

  it('names the batch whose only row was deleted, and not its whole day', async () => {
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 1', [EVENT_WRITER]);
    expect(places(await verify())).toEqual([{ kind: 'row-missing', writer: EVENT_WRITER, batchNo: 1 }]);
  });

  it('names the day whose partition was dropped, once', async () => {
    await sql(`DROP TABLE resource_access_logs_${yesterday.replaceAll('-', '')}`);
    const { findings, rows } = await verify();
    expect(rows).toBe(6);
    expect(findings.map(({ kind, day }) => ({ kind, day }))).toEqual([
      { kind: 'day-missing', day: yesterday },
    ]);
    expect(findings[0]?.text).toContain('600 rows of 6 batches');
  });

  it('takes a day whose partition was dropped and recorded as such, and nothing younger', async () => {
    await transaction(database.pool, async (connection) => {
      await connection.query(`DROP TABLE resource_access_logs_${yesterday.replaceAll('-', '')}`);
      await writeEvent(connection, {
        event: 'partition-dropped',
        actor: 'retention',
        resourceId: yesterday,
        bytes: 600,
      });
    });
    const report = await verify();
    expect(report).toEqual(
      jasmine.objectContaining({ holds: true, retired: 600, retiredThrough: yesterday, rows: 7 }),
    );
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 2', [issuances]);
    expect(places(await verify())).toEqual([{ kind: 'row-missing', writer: issuances, batchNo: 2 }]);
  });

  it('takes a batch of two days of which one was dropped, by the leaf hashes that were kept of it', async () => {
    const midnight = Date.parse(`${yesterday}T00:00:00Z`) + DAY_MS;
    const [writer = ''] = await fillSealedLog(database.pool, {
      ...{ rows: 100, batchRows: 100, writers: 1, from: midnight - 5000, to: midnight + 5000 },
    });
    const client = await database.pool.connect();
    await client.query('BEGIN');
    const going: { writer: string; batchNo: number; rowNo: number; leaf: Buffer }[] = [];
    for await (const { rows } of readLog(client)) {
      for (const row of rows) {
        if ('row' in row && row.writer === writer && row.row.at < midnight * 1000) going.push({ ...row, leaf: leafOfStored(row) }); // prettier-ignore
      }
    }
    await client.query('CLOSE ALL');
    expect(going.length).toBe(50);
    for (const { batchNo, rowNo, leaf } of going) {
      await client.query('INSERT INTO audit_kept_leaves VALUES ($1, $2, $3, $4)', [
        writer,
        batchNo,
        rowNo,
        leaf,
      ]);
    }
    await client.query(`DROP TABLE resource_access_logs_${yesterday.replaceAll('-', '')}`);
    await writeEvent(client, { event: 'partition-dropped', actor: 'retention', resourceId: yesterday });
    await client.query('COMMIT');
    client.release();
    expect(await verify()).toEqual(jasmine.objectContaining({ holds: true, retired: 600, rows: 57 }));
    await sql('DELETE FROM audit_kept_leaves WHERE row_no = 17');
    expect(places(await verify())).toEqual([{ kind: 'row-missing', writer, batchNo: 0, rowNo: 17 }]);
    await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND row_no = 99', [writer]);
    expect(places(await verify()).map(({ rowNo }) => rowNo)).toEqual([17, 99]);
  });

  it('names rows whose hashes lie where retention keeps hashes, of a day that it never took', async () => {
    const [writer = ''] = deliveries;
    const client = await database.pool.connect();
    await client.query('BEGIN');
    const leaves: [number, Buffer][] = [];
    for await (const { rows } of readLog(client)) {
      for (const row of rows) {
        const isWanted = row.writer === writer && row.batchNo === 1 && [7, 8].includes(row.rowNo);
        if (isWanted && 'row' in row) leaves.push([row.rowNo, leafOfStored(row)]);
      }
    }
    await client.query('ROLLBACK');
    client.release();
    for (const [rowNo, leaf] of leaves) {
      await sql('INSERT INTO audit_kept_leaves VALUES ($1, 1, $2, $3)', [writer, rowNo, leaf]);
      await sql('DELETE FROM resource_access_logs WHERE writer = $1 AND batch_no = 1 AND row_no = $2', [writer, rowNo]); // prettier-ignore
    }
    expect(places(await verify())).toEqual([
      { kind: 'row-missing', writer, batchNo: 1, rowNo: 7 },
      { kind: 'row-missing', writer, batchNo: 1, rowNo: 8 },
    ]);
  });

  it('believes no retention that no sealed event records', async () => {
    await sql(`DROP TABLE resource_access_logs_${yesterday.replaceAll('-', '')}`);
    await sql(`UPDATE resource_access_logs SET event = 'partition-dropped', resource_id = $2 WHERE writer = $1 AND batch_no = 0`, [EVENT_WRITER, yesterday]); // prettier-ignore
    const kinds = (await verify()).findings.map(({ kind }) => kind);
    expect(kinds).toEqual(['row-changed', 'retirement-unproven']);
  });

  it('finds rows that say they are of no batch', async () => {
    const writer = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
    await sql(
      `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
       VALUES (now(), 'delivery', $1, 0, 0), (now(), 'delivery', $1, 0, 1), ('infinity', 'delivery', $2, 77, 0)`,
      [writer, issuances],
    );
    const found = places(await verify());
    expect(found.length).toBe(2);
    expect(found).toContain({ kind: 'row-outside-batch', writer, batchNo: 0 });
    expect(found).toContain({ kind: 'row-outside-batch', writer: issuances, batchNo: 77 });
  });

  it('is not stopped by what no row may hold', async () => {
    const [writer = ''] = deliveries;
    await sql(`UPDATE resource_access_logs SET accessed_at = '-infinity', bytes = 9223372036854775807 WHERE writer = $1 AND batch_no = 1 AND row_no = 1`, [writer]); // prettier-ignore
    expect(places(await verify())).toEqual([{ kind: 'row-changed', writer, batchNo: 1, rowNo: 1 }]);
  });

  it('names at most as many as it is asked to, and counts the others', async () => {
    await sql(`UPDATE resource_access_logs SET actor = 'nobody'`);
    const { findings, findingsTotal } = await verifyAudit({ database: database.pool, maxFindings: 5 });
    expect({ kept: findings.length, findingsTotal }).toEqual({ kept: 5, findingsTotal: 606 });
  });

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expectAsync(verifyAudit({ database: database.pool, signal })).toBeRejectedWithError('enough');
    expect((await verify()).holds).toBeTrue();
  });

  it('counts rows from before there were seals, and finds any that are added later', async () => {
    const old = await freshDatabase();
    try {
      const writer = randomUUID();
      await old.pool.query(
        `INSERT INTO audit_batches_before_seals (writer, batch_no, row_count) VALUES ($1, 0, 1), ($1, 1, 2)`,
        [writer],
      );
      const add = (batchNo: number, rowNo: number): Promise<unknown> =>
        old.pool.query(
          `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
           VALUES (now(), 'delivery', $1, $2, $3)`,
          [writer, batchNo, rowNo],
        );
      await add(0, 0);
      await add(1, 0);
      await add(1, 1);
      await transaction(old.pool, (connection) =>
        writeEvent(connection, { event: 'key-revoked', tenantId: 'acme', actor: 'admin' }),
      );
      expect(await verifyAudit({ database: old.pool })).toEqual(
        jasmine.objectContaining({ holds: true, beforeSeals: 3, rows: 2 }),
      );
      await old.pool.query('DELETE FROM resource_access_logs WHERE writer = $1 AND row_no = 1', [writer]);
      await old.pool.query(
        `INSERT INTO resource_access_logs (accessed_at, event, actor, writer, batch_no, row_no)
         VALUES (now() + interval '10 minutes', 'delivery', 'grace', $1, 1, 1)`,
        [writer],
      );
      expect(places(await verifyAudit({ database: old.pool }))).toEqual([
        { kind: 'before-seals-changed', writer, batchNo: 1 },
      ]);
      await old.pool.query('UPDATE resource_access_logs SET accessed_at = now() WHERE writer = $1', [writer]);
      await add(1, 2);
      const { findings } = await verifyAudit({ database: old.pool });
      expect(findings.map(({ kind, batchNo }) => ({ kind, batchNo }))).toEqual([
        { kind: 'before-seals-changed', batchNo: 1 },
      ]);
      await old.pool.query('INSERT INTO audit_batches_before_seals VALUES ($1, 2, 1)', [writer]);
      expect((await verifyAudit({ database: old.pool })).findingsTotal).toBe(2);
    } finally {
      await old.drop();
    }
  });
});
