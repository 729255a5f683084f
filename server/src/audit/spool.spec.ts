import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { Problem } from '../platform/problem.ts';
import { StartError } from '../platform/start-error.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { DeliverySpool, type SpoolOptions } from './spool.ts';
import { countsBySignature, delivery, eventually, silent } from './testing/audit-database.ts';
import { spoolFiles, spoolFolder, spoolText } from './testing/spool-folder.ts';

const NEVER_MS = 2 ** 31 - 1;

describe('DeliverySpool', () => {
  let database: TestDatabase;
  let folder: string;
  let spools: DeliverySpool[];

  const open = async (changes: Partial<SpoolOptions> = {}): Promise<DeliverySpool> => {
    const spool = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'gateway-1',
      log: silent,
      maxBytes: 1e8,
      ...changes,
    });
    spools.push(spool);
    await spool.start();
    return spool;
  };

  const appendAll = (spool: DeliverySpool, from: number, to: number): Promise<boolean[]> =>
    Promise.all(
      Array.from({ length: to - from }, (_, n) =>
        spool.append(delivery(from + n)).then(
          () => true,
          () => false,
        ),
      ),
    );

  beforeEach(async () => {
    spools = [];
    database = await freshDatabase();
    folder = await spoolFolder();
  });

  afterEach(async () => {
    await Promise.all(spools.map((spool) => spool.close()));
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('has the row in its file when append resolves', async () => {
    const spool = await open({ shipAfterMs: NEVER_MS });
    await spool.append(delivery('first'));
    expect(spoolText(folder)).toContain('"sig_first"');
    await spool.append(delivery('second'));
    expect(spoolText(folder)).toContain('"sig_second"');
  });

  it('brings each row into the log once, as it was said, and removes its file', async () => {
    const spool = await open({ shipAfterMs: 1 });
    const at = Date.UTC(2026, 10, 21, 12, 0, 0, 7);
    await spool.append(delivery('1', { at, userAgent: '"quoted", \\ {braces} 🎉', durationMs: 3.4 }));
    await spool.append({
      event: 'denial',
      at,
      reason: 'path',
      status: 403,
      ipPrefix: 'unknown',
      userAgent: undefined,
    });
    await eventually(() => spoolFiles(folder).length === 0);
    const { rows } = await database.pool.query('SELECT * FROM resource_access_logs ORDER BY event');
    expect(rows.length).toBe(2);
    expect(rows[0]).toEqual(
      jasmine.objectContaining({
        accessed_at: new Date(at),
        event: 'delivery',
        tenant_id: 'acme',
        resource_path: 'public/team/avatar-2.jpg',
        resource_id: 'resource-2',
        signature_id: 'sig_1',
        kid: 'k',
        actor: null,
        owner: 'ada',
        reason: null,
        expires_at: new Date(Date.UTC(2030, 0, 1)),
        status: 200,
        duration_ms: 3,
        ip_prefix: '203.0.113.0/24',
        user_agent: '"quoted", \\ {braces} 🎉',
        holder: 'gateway-1',
      }),
    );
    expect(Number(rows[0].bytes)).toBe(51_200);
    expect(rows[1]).toEqual(
      jasmine.objectContaining({ event: 'denial', reason: 'path', tenant_id: null, bytes: null }),
    );
  });

  it('ships a burst in batches and leaves an empty folder when it is closed', async () => {
    const spool = await open({ maxRows: 100 });
    for (let n = 0; n < 1000; n += 50) await appendAll(spool, n, n + 50);
    await spool.close();
    const counts = await countsBySignature(database.pool);
    expect(counts.size).toBe(1000);
    expect([...counts.values()].every((count) => count === 1)).toBeTrue();
    const { rows } = await database.pool.query(
      'SELECT batch_no::int, row_count FROM audit_batches ORDER BY batch_no',
    );
    expect(rows).toEqual(rows.map((_, batch_no) => ({ batch_no, row_count: 100 })));
    expect(await stat(join(folder)).then((found) => found.isDirectory())).toBeTrue();
    expect(spoolFiles(folder)).toEqual([]);
  });

  it('refuses rows beyond its size, keeps what it took, and takes rows again when there is room', async () => {
    const lock = await database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE audit_batches');
    const spool = await open({ maxBytes: 20_000, maxRows: 20, shipAfterMs: 1 });
    const answers: boolean[] = [];
    for (let n = 0; n < 200; n++) answers.push(...(await appendAll(spool, n, n + 1)));
    expect(answers[0]).toBeTrue();
    expect(answers.at(-1)).toBeFalse();
    await expectAsync(spool.append(delivery('refused'))).toBeRejectedWithError(Problem);
    const size = Buffer.byteLength(spoolText(folder));
    expect(size).toBeLessThanOrEqual(20_000);

    await lock.query('COMMIT');
    lock.release();
    let extra = 0;
    await eventually(async () => (await appendAll(spool, 1000 + extra, 1000 + ++extra))[0] ?? false);
    await spool.close();
    const counts = await countsBySignature(database.pool);
    answers.forEach((taken, n) => expect(counts.get(`sig_${n}`) ?? 0).toBe(taken ? 1 : 0));
    expect(counts.get(`sig_${1000 + extra - 1}`)).toBe(1);
  });

  it('does not take rows before it is started or after it is closed', async () => {
    const early = new DeliverySpool({
      database: database.pool,
      folder,
      writer: randomUUID(),
      holder: 'h',
      log: silent,
      maxBytes: 1e6,
    });
    await expectAsync(early.append(delivery(1))).toBeRejectedWithError(Problem);
    const spool = await open();
    await spool.close();
    await expectAsync(spool.append(delivery(1))).toBeRejectedWithError(Problem);
  });

  it('ships on closing what was appended in the same turn', async () => {
    const spool = await open();
    const appended = spool.append(delivery('last'));
    await spool.close();
    await appended;
    expect((await countsBySignature(database.pool)).get('sig_last')).toBe(1);
  });

  it('stores no signature, wherever a client put one', async () => {
    const spool = await open({ shipAfterMs: NEVER_MS });
    const url = 'public/team/a.jpg?sig=AAAABBBBCCCC&exp=1767225600';
    await spool.append(delivery(1, { event: 'denial', path: url, reason: url, userAgent: url }));
    await spool.append(delivery(2, { path: 'public/team/a%3Fsig%3D.jpg', userAgent: url }));
    expect(spoolText(folder)).not.toMatch(/sig=|AAAABBBBCCCC/);
    await spool.close();
    const { rows } = await database.pool.query('SELECT l::text AS line FROM resource_access_logs l');
    expect(rows.length).toBe(2);
    for (const { line } of rows) expect(line).not.toMatch(/sig=|AAAABBBBCCCC/);
  });

  it('is not stopped by characters that the database cannot store', async () => {
    const spool = await open();
    const strange = 'a\u0000b\ud83d\n\u0007';
    await spool.append(
      delivery(1, { path: strange, actor: strange, owner: strange, reason: strange, userAgent: strange }),
    );
    await spool.close();
    expect((await countsBySignature(database.pool)).size).toBe(1);
  });

  it('runs no timer when it has nothing to do', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const pool = new pg.Pool({ connectionString: database.url, idleTimeoutMillis: 0 });
    const before = timers();
    const spool = await open({ database: pool });
    expect(timers()).toBe(before);
    await spool.append(delivery(1));
    expect(timers()).toBeGreaterThan(before);
    await eventually(() => spoolFiles(folder).length === 0);
    await new Promise(setImmediate);
    expect(timers()).toBe(before);
    await pool.end();
  });

  it('says in one sentence that its folder cannot be used', async () => {
    await expectAsync(open({ folder: '/dev/null/spool' })).toBeRejectedWithError(
      StartError,
      /^The audit spool .*\.$/,
    );
  });
});
