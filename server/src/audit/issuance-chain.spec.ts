import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { droppingProxy } from '../testing/dropping-proxy.ts';
import { issuanceLog, type IssuanceLog } from './issuance.ts';
import {
  activeKey,
  countsBySignature,
  eventually,
  issuance,
  revokeKey,
  silent,
} from './testing/audit-database.ts';
import { brokenChains } from './testing/chains.ts';

describe('The chain of issuances', () => {
  let database: TestDatabase;
  let kid: string;
  let log: IssuanceLog;
  const writer = randomUUID();

  const open = (deadlineMs: number, pool: pg.Pool = database.pool): IssuanceLog =>
    issuanceLog({ database: pool, writer, holder: 'gateway-1', clock: systemClock, log: silent, deadlineMs });

  const numbers = async (): Promise<number[]> =>
    (await database.pool.query('SELECT batch_no::int AS n FROM audit_batches ORDER BY 1')).rows.map(
      ({ n }) => n,
    );

  /** Statements of the log that wait for a lock. */
  const hanging = async (): Promise<number> => {
    const { rows } = await database.pool.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE '%gone_in%' AND wait_event_type = 'Lock'`,
    );
    return rows[0].n;
  };

  beforeEach(async () => {
    database = await freshDatabase();
    kid = await activeKey(database.pool, 'ada');
  });

  afterEach(async () => {
    await log.close();
    await database.drop();
  });

  it('covers exactly the rows that went in, some, none or all', async () => {
    const revoked = await activeKey(database.pool, 'grace');
    await revokeKey(database.pool, revoked);
    log = open(10_000);
    expect(await log.record([issuance(kid, 1), issuance(revoked, 2), issuance(kid, 3)])).toEqual([
      true,
      false,
      true,
    ]);
    expect(await log.record([issuance(revoked, 4)])).toEqual([false]);
    expect(await log.record([issuance(kid, 5)])).toEqual([true]);
    expect(await numbers()).toEqual([0, 1, 2]);
    expect(await brokenChains(database.pool)).toEqual([]);
    expect(log.head().batchNo).toBe(2);
  });

  it('goes on after a statement that hung, and came in when its number had been given to the next batch', async () => {
    log = open(300);
    await log.record([issuance(kid, 'before')]);
    // Whoever has inserted the number makes the statement hang, and gives it free by rolling back.
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO audit_batches (writer, batch_no, attempt, row_count, leaves, marks, seal)
       VALUES ($1, 1, gen_random_uuid(), 0, $2, '', $2)`,
      [writer, Buffer.alloc(32)],
    );
    const first = log.record([issuance(kid, 'hung')]);
    await eventually(async () => (await hanging()) === 1);
    await expectAsync(first).toBeRejectedWithError(Problem);
    const second = log.record([issuance(kid, 'hung too')]);
    await expectAsync(second).toBeRejectedWithError(Problem);
    expect(await hanging()).toBe(2);
    await holder.query('ROLLBACK');
    holder.release();
    await eventually(async () => (await hanging()) === 0);

    let tries = 0;
    await eventually(
      async () => (await log.record([issuance(kid, `after-${tries++}`)]).catch(() => []))[0] ?? false,
    );
    const counts = await countsBySignature(database.pool);
    expect((counts.get('sig_hung') ?? 0) + (counts.get('sig_hung too') ?? 0)).toBe(1);
    expect(counts.get(`sig_after-${tries - 1}`)).toBe(1);
    expect(await numbers()).toEqual([0, 1, 2]);
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('proves its own rows in the log when the statement that hung is its own', async () => {
    log = open(20_000);
    await log.record([issuance(kid, 'before')]);
    const lock = await database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE audit_batches');
    const answer = log.record([issuance(kid, 'same'), issuance(kid, 'same')]);
    await eventually(async () => (await hanging()) === 1);
    await lock.query('COMMIT');
    lock.release();
    expect(await answer).toEqual([true, true]);
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('has no gap and no fork after many answers were lost and many deadlines passed', async () => {
    const proxy = await droppingProxy(database.url);
    const pool = new pg.Pool({ connectionString: proxy.url, max: 4 });
    pool.on('error', () => undefined);
    log = open(400, pool);
    const left: string[] = [];
    try {
      for (let round = 0; round < 25; round++) {
        if (round % 3 === 1) proxy.dropAnswersTo('sig_', 1 + (round % 5));
        const names = [`${round}-a`, `${round}-b`];
        const answers = await log.record(names.map((name) => issuance(kid, name))).catch(() => []);
        answers.forEach((isIn, index) => isIn && left.push(`sig_${names[index]}`));
      }
      proxy.dropAnswersTo('sig_', 0);
      await eventually(async () => (await log.record([issuance(kid, 'end')]).catch(() => []))[0] ?? false);
    } finally {
      await pool.end();
      await proxy.close();
    }
    const counts = await countsBySignature(database.pool);
    for (const id of left) expect(counts.get(id)).toBe(1);
    const found = await numbers();
    expect(found).toEqual(found.map((_, index) => index));
    expect(await brokenChains(database.pool)).toEqual([]);
  });

  it('answers nothing when somebody else wrote under its number', async () => {
    log = open(500);
    await log.record([issuance(kid, 1)]);
    await database.pool.query(
      `INSERT INTO audit_batches (writer, batch_no, attempt, row_count, leaves, marks, seal)
       VALUES ($1, 1, gen_random_uuid(), 0, $2, '', $2)`,
      [writer, Buffer.alloc(32)],
    );
    await expectAsync(log.record([issuance(kid, 2)])).toBeRejectedWithError(Problem);
    await expectAsync(log.record([issuance(kid, 3)])).toBeRejectedWithError(Problem);
    expect((await countsBySignature(database.pool)).size).toBe(1);
  });

  it('answers nothing for rows that the database dropped without a word', async () => {
    await database.pool.query(
      `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
       CREATE TRIGGER swallow BEFORE INSERT ON resource_access_logs_default
       FOR EACH ROW WHEN (NEW.signature_id = 'sig_swallowed') EXECUTE FUNCTION swallow()`,
    );
    log = open(500);
    await expectAsync(log.record([issuance(kid, 'swallowed')])).toBeRejectedWithError(Problem);
    expect(await log.record([issuance(kid, 'next')])).toEqual([true]);
  });
});
