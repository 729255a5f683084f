import { createHash, randomUUID } from 'node:crypto';
import pino from 'pino';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { writeEvent } from './event.store.ts';
import { issuanceLog } from './issuance.ts';
import { leafOf, leavesDigest, type PublicColumns, type RowPlace } from './leaf.ts';
import { beginningOf, dayOf, makePartition, type Day } from './partition.store.ts';
import { retention, retireOldDays, type RetentionOptions } from './retention.ts';
import { verifyAudit } from './verify.ts';
import { activeKey, eventually, issuance, silent } from './testing/audit-database.ts';

const DAY_MS = 86_400_000;

describe('Retention of the audit log', () => {
  let database: TestDatabase;
  let now: number;
  const clock = { now: () => now, monotonic: () => performance.now() };

  /** So many days before today, e.g. `2026-08-24`. */
  const ago = (days: number): Day => dayOf(now - days * DAY_MS);

  const insert = async (day: Day, time: string, count = 1): Promise<void> => {
    await database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no)
       SELECT $1::timestamptz, 'delivery', gen_random_uuid(), 0, n FROM generate_series(1, $2::int) AS n`,
      [`${day} ${time}Z`, count],
    );
  };

  const rowsByDay = async (): Promise<Record<Day, number>> => {
    const { rows } = await database.pool.query<{ day: Day; n: number }>(
      `SELECT to_char(accessed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS n
       FROM resource_access_logs WHERE event <> 'partition-dropped' GROUP BY 1 ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ day, n }) => [day, n]));
  };

  const dropped = async (): Promise<{ day: Day; reason: string }[]> =>
    (
      await database.pool.query<{ day: Day; reason: string }>(
        `SELECT resource_id AS day, reason FROM resource_access_logs WHERE event = 'partition-dropped' AND actor = 'system'
         ORDER BY accessed_at, batch_no`,
      )
    ).rows;

  const retire = (changes: Partial<RetentionOptions> = {}): Promise<void> =>
    retireOldDays({ database: database.pool, days: 90, clock, log: silent, pauseMs: 20, ...changes });

  beforeEach(async () => {
    now = Date.now();
    database = await freshDatabase();
    for (const days of [92, 91, 90, 89, 0]) await makePartition(database.pool, ago(days));
  });

  afterEach(() => database.drop());

  it('drops whole days that are older than asked for, and never a row that is younger', async () => {
    for (const days of [92, 91, 90, 89]) {
      await insert(ago(days), '00:00:00', days);
      await insert(ago(days), '23:59:59.999');
    }
    await retire();
    expect(await rowsByDay()).toEqual({ [ago(90)]: 91, [ago(89)]: 90 });
    expect((await dropped()).map(({ day, reason }) => `${day} ${reason.split(' ')[0]}`)).toEqual([
      `${ago(92)} rows=93`,
      `${ago(91)} rows=92`,
    ]);
    await retire({ days: 1 });
    expect(await rowsByDay()).toEqual({});
    const { rows } = await database.pool.query(`SELECT to_regclass($1) AS gone`, [
      `resource_access_logs_${ago(91).replaceAll('-', '')}`,
    ]);
    expect(rows).toEqual([{ gone: null }]);
  });

  it('catches up on old days that found no partition', async () => {
    await insert('1999-01-01', '10:00', 3);
    await insert(ago(120), '10:00', 2);
    await insert(ago(5), '10:00');
    await retire();
    expect(await rowsByDay()).toEqual({ [ago(5)]: 1 });
    expect((await dropped()).map(({ day }) => day)).toEqual(['1999-01-01', ago(120), ago(92), ago(91)]);
  });

  it('needs two clocks to agree that a day is old', async () => {
    await insert(ago(89), '10:00');
    await retire({ clock: { now: () => now + 1000 * DAY_MS } });
    expect(await rowsByDay()).toEqual({ [ago(89)]: 1 });
    await retire({ clock: { now: () => now - 1000 * DAY_MS } });
    expect(await rowsByDay()).toEqual({ [ago(89)]: 1 });
  });

  it('is done once, by whichever server comes first', async () => {
    await insert(ago(91), '10:00', 1000);
    await Promise.all([retire(), retire(), retire()]);
    await retire();
    expect((await dropped()).map(({ day }) => day)).toEqual([ago(92), ago(91)]);
  });

  it('keeps the seals, and what proves a batch of which only a part is gone', async () => {
    const kid = await activeKey(database.pool, 'ada');
    const midnight = beginningOf(ago(90));
    const times = [midnight - 2, midnight - 1, midnight, midnight + DAY_MS - 1];
    let call = 0;
    const issuances = issuanceLog({
      database: database.pool,
      writer: randomUUID(),
      holder: 'gateway-1',
      clock: { ...clock, now: () => times[call++ % times.length] ?? 0 },
      log: silent,
    });
    await Promise.all(times.map((_, n) => issuances.record([issuance(kid, n)])));
    await issuances.close();
    const whole = async (): Promise<boolean> => {
      const { rows: batches } = await database.pool.query<{ leaves: Buffer }>(
        `SELECT leaves FROM audit_batches WHERE row_count = $1`,
        [times.length],
      );
      const { rows } = await database.pool.query<
        RowPlace & PublicColumns & { commitment: Buffer; leaf: Buffer | null }
      >(
        `SELECT writer, batch_no::float8 AS "batchNo", row_no AS "rowNo", (extract(epoch FROM accessed_at) * 1000000)::float8 AS at,
           event, tenant_id AS "tenantId", resource_id AS "resourceId", signature_id AS "signatureId", kid,
           (extract(epoch FROM expires_at) * 1000000)::float8 AS "expiresAt", status, bytes, duration_ms AS "durationMs",
           holder, commitment, NULL::bytea AS leaf
         FROM resource_access_logs WHERE event = 'issuance'
         UNION ALL SELECT writer, batch_no, row_no, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, leaf
         FROM audit_kept_leaves ORDER BY 3`,
      );
      const leaves = rows.map((row) => row.leaf ?? leafOf(row, row, row.commitment));
      return (
        batches.length === 1 && leavesDigest(Buffer.concat(leaves)).equals(batches[0]?.leaves ?? Buffer.of())
      );
    };
    expect(await whole()).toBeTrue();
    await retire();
    expect(await rowsByDay()).toEqual({ [ago(90)]: 2 });
    expect(await whole()).toBeTrue();
    expect(await verifyAudit({ database: database.pool })).toEqual(
      jasmine.objectContaining({ findings: [], rows: 4, retiredThrough: ago(91) }),
    );
    const { rows } = await database.pool.query<{ leaves: Buffer }>(
      `SELECT leaves FROM audit_batches WHERE row_count = $1`,
      [times.length],
    );
    const digest = createHash('sha256')
      .update(rows[0]?.leaves ?? '')
      .digest('hex');
    expect((await dropped()).at(-1)?.reason).toBe(`rows=2 sha256=${digest}`);

    await retire({ days: 1 });
    expect(await verifyAudit({ database: database.pool })).toEqual(
      jasmine.objectContaining({ findings: [], retired: 4, retiredThrough: ago(89) }),
    );
    const { rows: kept } = await database.pool.query('SELECT * FROM audit_kept_leaves');
    expect(kept).toEqual([]);
    const { rows: batches } = await database.pool.query('SELECT FROM audit_batches WHERE row_count = $1', [
      times.length,
    ]);
    expect(batches.length).toBe(1);
  });

  it('lets inserts and events go on while somebody reads the log for long, and drops the day afterwards', async () => {
    await insert(ago(91), '10:00');
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM resource_access_logs');
    const retiring = retire({ attempts: 1000 });
    // Each insert may wait for a try of retention, never for the reader.
    for (let n = 0; n < 5; n += 1) {
      await insert(ago(0), '10:00');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await rowsByDay()).toEqual({ [ago(91)]: 1, [ago(0)]: 5 });
    await reader.query('COMMIT');
    reader.release();
    await retiring;
    expect(await rowsByDay()).toEqual({ [ago(0)]: 5 });
    expect((await dropped()).map(({ day }) => day)).toEqual([ago(92), ago(91)]);
  });

  it('that cannot be done now leaves everything as it was and says so', async () => {
    await insert(ago(91), '10:00');
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM resource_access_logs');
    const lines: string[] = [];
    await retire({ attempts: 2, log: pino({}, { write: (line: string) => void lines.push(line) }) });
    await reader.query('COMMIT');
    reader.release();
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain('55P03');
    expect(await rowsByDay()).toEqual({ [ago(91)]: 1 });
    expect(await dropped()).toEqual([]);
  });

  it('waits for whoever writes an event before it keeps anybody from the log, so that neither waits for the other', async () => {
    await insert(ago(91), '10:00');
    const writer = await database.pool.connect();
    await writer.query('BEGIN');
    await writeEvent(writer, { event: 'resource-created', actor: 'ada' });
    const retiring = retire({ attempts: 1000 });
    const waitsForEvents = async (): Promise<boolean> =>
      (await database.pool.query(`SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'`)).rows
        .length > 0;
    await eventually(waitsForEvents);
    // The same transaction goes on: were retention in front of it at the log, each would wait for the other.
    await writeEvent(writer, { event: 'key-reinstated', actor: 'ada' });
    await insert(ago(0), '10:00');
    await writer.query('COMMIT');
    writer.release();
    await retiring;
    expect(await rowsByDay()).toEqual({ [ago(0)]: 3 });
  });

  it('gives way to a late row of the day that it drops, and drops it with that row the next time', async () => {
    await insert(ago(91), '10:00');
    const reader = await database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM resource_access_logs');
    const retiring = retire({ days: 90, attempts: 4 });
    const waiting = async (lock: string): Promise<boolean> =>
      (
        await database.pool.query(
          `SELECT FROM pg_locks WHERE NOT granted AND mode = $1 AND relation::regclass::text LIKE 'resource_access_logs%'`,
          [lock],
        )
      ).rows.length > 0;
    // It waits for the log. Then the row holds the log and waits for its day, which retention holds.
    await eventually(() => waiting('AccessExclusiveLock'));
    const late = insert(ago(91), '11:00').then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    await eventually(() => waiting('RowExclusiveLock'));
    await reader.query('COMMIT');
    reader.release();
    await retiring;
    // Whoever ships such a row tries again after 40P01.
    if ((await late) === '40P01') await insert(ago(91), '11:00');
    await retire();
    expect(await rowsByDay()).toEqual({});
    // Whichever of the two the database chose to give way: together, or the late one by itself from the DEFAULT partition.
    const days = (await dropped()).filter(({ day }) => day === ago(91));
    const rows = days.map(({ reason }) => Number(/^rows=(\d+) /.exec(reason)?.[1]));
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('takes counts of denials of that age too', async () => {
    await database.pool.query(
      `INSERT INTO denial_counts SELECT t::timestamptz, 'signature', '203.0.113.0/24', 1 FROM unnest($1::text[]) AS t`,
      [[`${ago(92)} 10:00Z`, `${ago(89)} 10:00Z`]],
    );
    await retire();
    const { rows } = await database.pool.query('SELECT minute FROM denial_counts');
    expect(rows).toEqual([{ minute: new Date(`${ago(89)}T10:00:00Z`) }]);
  });

  it('begins by itself', async () => {
    await insert(ago(91), '10:00');
    const job = retention({ database: database.pool, days: 90, clock, log: silent });
    job.start();
    await eventually(async () => (await dropped()).length === 2);
    await job.close();
    expect(await rowsByDay()).toEqual({});
  });
});
