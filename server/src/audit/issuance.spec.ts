import { randomUUID } from 'node:crypto';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { Batch } from './batch.ts';
import { cleanIssuance } from './issuance-row.ts';
import { NO_SEAL } from './leaf.ts';
import { issuanceLog, type IssuanceLog, type IssuanceLogOptions } from './issuance.ts';
import { activeKey, countsBySignature, issuance, revokeKey, silent } from './testing/audit-database.ts';

describe('issuanceLog', () => {
  let database: TestDatabase;
  let kid: string;
  let logs: IssuanceLog[];

  const open = (changes: Partial<IssuanceLogOptions> = {}): IssuanceLog => {
    const log = issuanceLog({
      database: database.pool,
      writer: randomUUID(),
      holder: 'gateway-1',
      clock: systemClock,
      log: silent,
      ...changes,
    });
    logs.push(log);
    return log;
  };

  beforeEach(async () => {
    logs = [];
    database = await freshDatabase();
    kid = await activeKey(database.pool, 'ada');
  });

  afterEach(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await database.drop();
  });

  it('has committed the row when it answers true', async () => {
    const asked = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
    const clock = { ...systemClock, now: () => asked };
    expect(
      await open({ clock }).record([issuance(kid, 1, { reason: 'über "alles", \\ 李 🎉 NULL' })]),
    ).toEqual([true]);
    const { rows } = await database.pool.query('SELECT * FROM resource_access_logs');
    expect(rows.length).toBe(1);
    expect(rows[0]).toEqual(
      jasmine.objectContaining({
        accessed_at: new Date(asked),
        event: 'issuance',
        tenant_id: 'acme',
        resource_path: 'public/team/avatar-2.jpg',
        resource_id: 'resource-2',
        signature_id: 'sig_1',
        kid,
        actor: 'grace',
        owner: 'ada',
        reason: 'über "alles", \\ 李 🎉 NULL',
        expires_at: new Date(Date.UTC(2030, 0, 1)),
        status: null,
        ip_prefix: '203.0.113.0/24',
        user_agent: 'Mozilla/5.0 "quoted" \\backslash, {braces}',
        holder: 'gateway-1',
        row_no: 0,
      }),
    );
    expect(Number(rows[0].batch_no)).toBe(0);
  });

  it('keeps apart a reason that is empty, absent-looking or full of separators', async () => {
    const reasons = ['', 'NULL', 'null', '{}', ',', '"', '\\', ' ', "'); DROP TABLE epoch; --"];
    await open().record(reasons.map((reason, n) => issuance(kid, n, { reason })));
    const { rows } = await database.pool.query('SELECT reason FROM resource_access_logs ORDER BY row_no');
    expect(rows.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('commits calls that arrive together as one batch, and tells each caller of its own rows', async () => {
    const revoked = await activeKey(database.pool, 'grace');
    await revokeKey(database.pool, revoked);
    const log = open();
    const answers = await Promise.all([
      log.record([issuance(kid, 'a')]),
      log.record([issuance(revoked, 'b'), issuance(kid, 'c')]),
      log.record([issuance(revoked, 'd')]),
      log.record([issuance(kid, 'e'), issuance(kid, 'f')]),
    ]);
    expect(answers).toEqual([[true], [false, true], [false], [true, true]]);
    const { rows } = await database.pool.query('SELECT row_count FROM audit_batches');
    expect(rows).toEqual([{ row_count: 4 }]);
    expect([...(await countsBySignature(database.pool)).keys()].sort()).toEqual([
      'sig_a',
      'sig_c',
      'sig_e',
      'sig_f',
    ]);
  });

  it('never divides one call, however many calls there are', async () => {
    const log = open({ maxRows: 256 });
    const calls = Array.from({ length: 12 }, (_, call) =>
      Array.from({ length: call % 2 ? 200 : 1 }, (_, row) => issuance(kid, `${call}-${row}`)),
    );
    await Promise.all(calls.map((rows) => log.record(rows)));
    const { rows } = await database.pool.query(
      `SELECT split_part(signature_id, '-', 1) FROM resource_access_logs GROUP BY 1 HAVING count(DISTINCT batch_no) > 1`,
    );
    expect(rows).toEqual([]);
    expect((await countsBySignature(database.pool)).size).toBe(6 * 200 + 6);
  });

  it('commits a call that is larger than a batch by itself', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => issuance(kid, n));
    expect((await open({ maxRows: 100 }).record(rows)).every(Boolean)).toBeTrue();
  });

  it('numbers its batches without a gap', async () => {
    const log = open({ maxRows: 2 });
    await Promise.all(Array.from({ length: 9 }, (_, n) => log.record([issuance(kid, n)])));
    const { rows } = await database.pool.query<{ batch_no: string }>(
      'SELECT batch_no FROM audit_batches ORDER BY 1',
    );
    expect(rows.map(({ batch_no }) => Number(batch_no))).toEqual(rows.map((_, n) => n));
  });

  it('lets nothing through for a key that was revoked, or never was', async () => {
    await revokeKey(database.pool, kid);
    expect(await open().record([issuance(kid, 1), issuance('nobody', 2)])).toEqual([false, false]);
    expect((await countsBySignature(database.pool)).size).toBe(0);
  });

  it('has the row of every URL that left while the key was being revoked, and refuses from then on', async () => {
    const log = open({ maxRows: 4 });
    const outcomes: Promise<[number, boolean | undefined]>[] = [];
    const ask = (n: number): void =>
      void outcomes.push(log.record([issuance(kid, n)]).then(([in_]) => [n, in_]));
    for (let n = 0; n < 100; n++) ask(n);
    const revoked = revokeKey(database.pool, kid);
    for (let n = 100; n < 200; n++) ask(n);
    await revoked;
    for (let n = 200; n < 300; n++) ask(n);
    const answers = await Promise.all(outcomes);
    const counts = await countsBySignature(database.pool);
    for (const [n, left] of answers) expect(counts.get(`sig_${n}`) ?? 0).toBe(left ? 1 : 0);
    expect(answers.slice(200).some(([, left]) => left)).toBeFalse();
  });

  it('commits synchronously even where the database would not', async () => {
    const { insertIssuances } = await import('./issuance.store.ts');
    const client = await database.pool.connect();
    try {
      await client.query('SET synchronous_commit = off');
      await client.query('BEGIN');
      const issuances = [cleanIssuance(Date.now(), 'h', issuance(kid, 1))];
      const place = { previous: NO_SEAL, writer: randomUUID(), batchNo: 0, attempt: randomUUID() };
      await insertIssuances(client, { batch: new Batch(place, issuances), holder: 'h', issuances });
      expect((await client.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
      await client.query('ROLLBACK');
    } finally {
      client.release(true);
    }
  });

  it('answers a call without rows at once', async () => {
    expect(await open().record([])).toEqual([]);
  });

  it('commits what waits when it is closed, and refuses afterwards', async () => {
    const log = open();
    const last = log.record([issuance(kid, 1)]);
    await log.close();
    expect(await last).toEqual([true]);
    await expectAsync(log.record([issuance(kid, 2)])).toBeRejectedWithError(Problem);
  });

  it('stores no signature, wherever a client put one', async () => {
    const url = 'https://cdn.example.com/a.jpg?sig=AAAABBBBCCCC&exp=1767225600';
    await open().record([issuance(kid, 1, { userAgent: url, reason: `see ${url}`, actor: url })]);
    const { rows } = await database.pool.query('SELECT l::text AS line FROM resource_access_logs l');
    expect(rows[0].line).not.toContain('sig=');
    expect(rows[0].line).not.toContain('AAAABBBBCCCC');
  });

  it('is not stopped by characters that the database cannot store', async () => {
    const strange = 'a\u0000b\ud83d\u0007';
    const row = issuance(kid, 1, { userAgent: strange, reason: strange, actor: strange, owner: strange });
    expect(await open().record([row])).toEqual([true]);
  });
});
