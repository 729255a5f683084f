import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { issuanceLog, type IssuanceLog, type IssuanceLogOptions } from './issuance.ts';
import {
  activeKey,
  countsBySignature,
  eventually,
  issuance,
  revokeKey,
  silent,
} from './testing/audit-database.ts';
import { droppingProxy, type DroppingProxy } from '../testing/dropping-proxy.ts';

const bursts = 20 * Number(process.env['SCALE'] ?? 1);

describe('issuanceLog on failure', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let proxy: DroppingProxy;
  let kid: string;

  const open = (changes: Partial<IssuanceLogOptions> = {}): IssuanceLog =>
    issuanceLog({
      database: pool,
      writer: randomUUID(),
      holder: 'gateway-1',
      clock: systemClock,
      log: silent,
      deadlineMs: 20_000,
      ...changes,
    });

  beforeEach(async () => {
    database = await freshDatabase();
    proxy = await droppingProxy(database.url);
    pool = new pg.Pool({ connectionString: proxy.url, max: 4 });
    pool.on('error', () => undefined);
    kid = await activeKey(database.pool, 'ada');
  });

  afterEach(async () => {
    await pool.end();
    await proxy.close();
    await database.drop();
  });

  it('finds a batch whose commit was not answered, and answers for each row as it truly is', async () => {
    const revoked = await activeKey(database.pool, 'grace');
    await revokeKey(database.pool, revoked);
    const log = open();
    await log.record([issuance(kid, 'before')]);
    proxy.dropAnswersTo('sig_lost', 1);
    const answer = await log.record([
      issuance(kid, 'lost-1'),
      issuance(revoked, 'lost-2'),
      issuance(kid, 'lost-3'),
    ]);
    expect(proxy.dropped()).toBe(1);
    expect(answer).toEqual([true, false, true]);
    expect(await countsBySignature(database.pool)).toEqual(
      new Map([['sig_before', 1], ['sig_lost-1', 1], ['sig_lost-3', 1]]), // prettier-ignore
    );
  });

  it('finds it even when asking for it is cut off too', async () => {
    const log = open();
    await log.record([issuance(kid, 'before')]);
    proxy.dropAnswersTo('sig_lost', 4);
    expect(await log.record([issuance(kid, 'lost')])).toEqual([true]);
    expect(proxy.dropped()).toBe(4);
    expect((await countsBySignature(database.pool)).get('sig_lost')).toBe(1);
  });

  it('never answers true without the row, nor doubles one, while connections are killed in the middle', async () => {
    // However busy the machine is: what is tested is what is true in the end, not how soon.
    const log = open({ maxRows: 16, deadlineMs: 25_000 });
    const committed: string[] = [];
    let isOver = false;
    const killer = (async () => {
      while (!isOver) {
        await database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%gone_in%' AND state = 'active'`,
        );
        // Now and then one gets through.
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    try {
      for (let burst = 0; burst < bursts; burst++) {
        const names = Array.from({ length: 40 }, (_, n) => `${burst}-${n}`);
        const answers = await Promise.all(names.map((name) => log.record([issuance(kid, name)])));
        answers.forEach(([in_], n) => in_ && committed.push(`sig_${names[n]}`));
      }
    } finally {
      isOver = true;
      await killer;
    }
    expect(committed.length).toBe(bursts * 40);
    const counts = await countsBySignature(database.pool);
    expect(committed.filter((id) => counts.get(id) !== 1)).toEqual([]);
    expect(counts.size).toBe(committed.length);
  });

  it('refuses when the database does not answer before the deadline, and records again when it does', async () => {
    const log = open({ deadlineMs: 150 });
    const lock = await database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE audit_batches');
    await expectAsync(log.record([issuance(kid, 'late')])).toBeRejectedWithError(Problem);
    await expectAsync(log.record([issuance(kid, 'too')])).toBeRejectedWithError(Problem);
    await lock.query('COMMIT');
    lock.release();
    let tries = 0;
    const record = (): Promise<boolean[]> => log.record([issuance(kid, `again-${tries++}`)]);
    await eventually(async () => (await record().catch(() => []))[0] ?? false);
    expect((await countsBySignature(database.pool)).get(`sig_again-${tries - 1}`)).toBe(1);
  });

  it('says 503 audit-unavailable and when to come back', async () => {
    const log = open({
      deadlineMs: 100,
      database: new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/none' }),
    });
    const problem: unknown = await log.record([issuance(kid, 1)]).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    const { status, code, headers } = problem as Problem;
    expect({ status, code, headers }).toEqual({
      status: 503,
      code: 'audit-unavailable',
      headers: { 'Retry-After': '1' },
    });
  });

  it('holds no more rows than its bound, refuses the others at once, and commits all it held', async () => {
    const lock = await database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE audit_batches');
    const log = open({ maxQueued: 10, maxRows: 4 });
    const first = log.record([issuance(kid, 'first')]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const held = Array.from({ length: 10 }, (_, n) => log.record([issuance(kid, n)]));
    await expectAsync(log.record([issuance(kid, 'one too many')])).toBeRejectedWithError(Problem);
    await lock.query('COMMIT');
    lock.release();
    expect(await Promise.all([first, ...held])).toEqual(Array.from({ length: 11 }, () => [true]));
    expect((await countsBySignature(database.pool)).size).toBe(11);
  });

  it('does not hold up others with a row that the database does not take', async () => {
    const log = open();
    const poison = log.record([issuance(kid, 'poison', { expiresAt: Number.NaN })]);
    await expectAsync(poison).toBeRejectedWithError(Problem);
    expect(await log.record([issuance(kid, 'next')])).toEqual([true]);
  });
});
