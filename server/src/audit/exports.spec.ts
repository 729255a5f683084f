import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { transaction } from '../platform/database.ts';
import { writeEvent } from './event.store.ts';
import { AuditExports } from './exports.ts';
import { ensurePartitions } from './partitions.ts';
import { ReadingLog, type Reader } from './reading-log.ts';
import { verifyExport } from './verify-export.ts';
import { eventually, silent } from './testing/audit-database.ts';

const admin: Reader = { tenantId: 'acme', actor: 'admin', ipPrefix: '203.0.113.0/24', userAgent: undefined };
const acme = { tenantId: 'acme' };
const noon = Date.UTC(2026, 10, 21, 12);
const never = new AbortController().signal;

interface Line {
  at?: string;
  path?: string | null;
  event?: string;
  complete?: boolean;
  rows?: number;
}

describe('An export of the log', () => {
  let database: TestDatabase;
  let readings: ReadingLog;
  let exports: AuditExports;

  const store = (count: number, path = 'public/a.jpg', from = '2026-11-18 00:00Z'): Promise<unknown> =>
    database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, user_agent, writer, batch_no, row_no)
       SELECT $3::timestamptz + (n * 7 % $1) * INTERVAL '6 days' / $1, 'delivery', 'acme', $2, repeat('x', 200),
         gen_random_uuid(), 0, 0
       FROM generate_series(1, $1::int) AS n`,
      [count, path, from],
    );

  const lines = async (query: object = {}): Promise<Line[]> => {
    const { body } = await exports.start(admin, acme, query, 'ndjson', never);
    return (await text(body))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  };

  const events = async (): Promise<string[]> =>
    (
      await database.pool.query<{ told: string }>(
        `SELECT event || ' ' || reason AS told FROM resource_access_logs WHERE event LIKE 'audit-export%' ORDER BY accessed_at`,
      )
    ).rows.map(({ told }) => told);

  /** Statements of exports that the database is working on, or whose transaction is open. */
  const underWay = async (): Promise<number> =>
    (
      await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND state <> 'idle' AND query NOT LIKE '%pg_stat_activity%'`,
      )
    ).rowCount ?? 0;

  beforeEach(async () => {
    database = await freshDatabase();
    await ensurePartitions({
      database: database.pool,
      clock: { now: () => noon, monotonic: () => 0 },
      log: silent,
    });
    readings = new ReadingLog({ database: database.tenants, holder: 'gateway-1', log: silent });
    exports = new AuditExports({ tenants: database.tenants, auditor: database.pool, readings });
  });

  afterEach(async () => {
    await database.drop();
  });

  it('holds every row once, oldest first, also of days without a partition, and says at its end how many', async () => {
    await store(3000);
    const found = await lines();
    const last = found.pop();
    // The event of the export itself was written before its snapshot.
    expect(last).toEqual({ complete: true, rows: 3001 });
    expect(found.length).toBe(3001);
    const times = found.map(({ at }) => at ?? '');
    expect(times).toEqual([...times].sort());
    expect(new Set(found.map((line) => JSON.stringify(line))).size).toBe(3001);
    expect(await events()).toEqual([
      'audit-export-begun by=nothing format=ndjson',
      'audit-exported by=nothing format=ndjson rows=3001 complete',
    ]);
  });

  it('takes the filters of a search', async () => {
    await store(1200, 'users/ada/a.pdf');
    await store(50, 'users/adam/a.pdf');
    const wanted = { event: 'delivery' };
    expect((await lines({ ...wanted, pathPrefix: 'users/ada/' })).at(-1)).toEqual({
      complete: true,
      rows: 1200,
    });
    const [since, until] = [Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 22, 12)];
    const some = (await lines({ ...wanted, pathPrefix: 'users/ada', since, until })).slice(0, -1);
    expect(some.length).toBe(500 + 21);
    expect(some.every(({ at }) => Date.parse(at ?? '') >= since && Date.parse(at ?? '') < until)).toBeTrue();
    expect((await lines({ ...wanted, path: 'users/eve/a.pdf' })).at(-1)).toEqual({ complete: true, rows: 0 });
  });

  it('is of one moment: rows that arrive while it is read are not in it', async () => {
    await store(4000);
    const { body } = await exports.start(admin, acme, { event: 'delivery' }, 'ndjson', never);
    await store(100, 'public/late.jpg', '2026-11-23 00:00Z');
    const all = await text(body);
    expect(all).not.toContain('late.jpg');
    expect(all).toContain('{"complete":true,"rows":4000}');
  });

  it('waits for its reader, with a few hundred rows in memory', async () => {
    await store(20_000);
    const { body } = await exports.start(admin, acme, {}, 'ndjson', never);
    const read = body[Symbol.asyncIterator]() as AsyncIterator<string>;
    await read.next();
    // The cursor stands still: what is read ahead is bounded, however long nobody takes it.
    await eventually(async () => (await underWay()) === 1);
    expect(body.readableLength).toBeLessThanOrEqual(2);
    await read.return?.();
    await eventually(async () => (await underWay()) === 0);
    await eventually(async () => (await events()).length === 2);
    expect((await events()).at(-1)).toMatch(/^audit-exported by=nothing format=ndjson rows=\d+ broken-off$/);
  });

  it('ends its statement in the database when the reader leaves in the middle of it', async () => {
    await store(2000);
    await database.pool.query(
      // Every row takes so long that the statement is still under way.
      `CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(0.05) IS NOT NULL'`,
    );
    await database.pool.query(
      `ALTER TABLE resource_access_logs RENAME TO hidden; CREATE VIEW resource_access_logs AS SELECT * FROM hidden WHERE slow();
       GRANT SELECT ON resource_access_logs TO app`,
    );
    const leaving = new AbortController();
    const quiet = new AuditExports({
      tenants: database.tenants,
      auditor: database.pool,
      readings: {
        exportBegun: async () => undefined,
        exported: async () => undefined,
      } as unknown as ReadingLog,
    });
    const started = quiet.start(admin, acme, {}, 'ndjson', leaving.signal).catch((error: unknown) => error);
    await eventually(async () => (await underWay()) === 1);
    leaving.abort();
    expect(await started).toEqual(jasmine.objectContaining({ code: 'invalid-request' }));
    await eventually(async () => (await underWay()) === 0);
  });

  it('is broken off when the server closes, without the line that says complete', async () => {
    await store(5000);
    const { body } = await exports.start(admin, acme, {}, 'ndjson', never);
    const got: string[] = [];
    body.on('data', (piece: string) => {
      got.push(piece);
      exports.close();
    });
    await once(body, 'error');
    expect(got.join('')).not.toContain('complete');
    await eventually(async () => (await events()).length === 2);
    expect((await events()).at(-1)).toContain('broken-off');
  });

  it('does not say complete when its end cannot be recorded', async () => {
    await store(10);
    const { body } = await exports.start(admin, acme, {}, 'ndjson', never);
    await database.pool.query('ALTER TABLE audit_batches RENAME TO away');
    await expectAsync(text(body)).toBeRejectedWith(jasmine.objectContaining({ code: 'audit-unavailable' }));
  });

  it('is refused while two others are under way, and not after one has ended', async () => {
    await store(5000);
    const start = () => exports.start(admin, acme, {}, 'ndjson', never);
    const [one, two] = [await start(), await start()];
    await expectAsync(start()).toBeRejectedWith(jasmine.objectContaining({ code: 'exports-busy' }));
    one.body.destroy();
    await once(one.body, 'close');
    const three = await start();
    for (const { body } of [two, three]) expect(await text(body)).toContain('"complete":true');
    await eventually(async () => (await underWay()) === 0);
  });

  it('leaves room for other tenants, however many one wants', async () => {
    await store(5000);
    const start = () => exports.start(admin, acme, {}, 'ndjson', never);
    const held = [await start(), await start()];
    await expectAsync(start()).toBeRejectedWith(jasmine.objectContaining({ code: 'exports-busy' }));
    const other = { ...admin, tenantId: 'other' };
    const { body } = await exports.start(other, { tenantId: 'other' }, {}, 'ndjson', never);
    expect(await text(body)).toContain('"complete":true');
    for (const { body: unread } of held) unread.destroy();
    await eventually(async () => (await underWay()) === 0);
  });

  it('with a proof is one of a tenant, since the database sorts the log of all tenants for it', async () => {
    await store(5000);
    const start = (tenantId: string) =>
      exports.start({ ...admin, tenantId }, { tenantId }, {}, 'proof', never);
    const held = [await start('acme')];
    await expectAsync(start('acme')).toBeRejectedWith(jasmine.objectContaining({ code: 'exports-busy' }));
    held.push(await start('other'));
    await expectAsync(start('third')).toBeRejectedWith(jasmine.objectContaining({ code: 'exports-busy' }));
    held.push(await exports.start(admin, acme, {}, 'csv', never));
    for (const { body } of held) body.destroy();
    await Promise.all(held.map(({ body }) => body.closed || once(body, 'close')));
    const again = await start('acme');
    again.body.destroy();
    await eventually(async () => (await underWay()) === 0);
  });

  it('ends after a time even when its reader takes a little now and then, and frees its connection', async () => {
    await store(5000);
    const short = new AuditExports({
      tenants: database.tenants,
      auditor: database.pool,
      readings,
      longestMs: 2000,
    });
    const { body } = await short.start(admin, acme, {}, 'ndjson', never);
    await once(body, 'error');
    await eventually(async () => (await underWay()) === 0);
    await eventually(async () => (await events()).length === 2);
    expect((await events()).at(-1)).toContain('broken-off');
  });

  it('as CSV has a header, opens in Excel as UTF-8, runs no formula and names its end', async () => {
    await database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, actor, reason, user_agent, status,
         writer, batch_no, row_no)
       VALUES ('2026-11-21 10:00Z', 'denial', 'acme', 'a,"b".jpg', '=cmd|''/C calc''!A0', '+1', '@x', 403, $1, 0, 0),
              ('2026-11-21 11:00Z', 'denial', 'acme', 'größe.jpg', '-1', E'\\tx', E'\\rx', 403, $1, 1, 0)`,
      ['00000000-0000-4000-8000-000000000000'],
    );
    const { body, contentType } = await exports.start(admin, acme, { event: 'denial' }, 'csv', never);
    const csv = await text(body);
    expect(contentType).toBe('text/csv; charset=utf-8; header=present');
    expect(csv).toBe(
      [
        '\ufeffat,event,path,resourceId,signatureId,actor,owner,reason,expiresAt,status,bytes,durationMs,ipPrefix,userAgent,holder,writer,batchNo,rowNo',
        `2026-11-21T10:00:00.000Z,denial,"a,""b"".jpg",,,'=cmd|'/C calc'!A0,,'+1,,403,,,,'@x,,00000000-0000-4000-8000-000000000000,0,0`,
        `2026-11-21T11:00:00.000Z,denial,größe.jpg,,,'-1,,'\tx,,403,,,,"'\rx",,00000000-0000-4000-8000-000000000000,1,0`,
        ',export-complete,,,,,,rows=2,,,,,,,,,,',
        '',
      ].join('\r\n'),
    );
  });

  it('as a proof shows what was asked for and holds without the database', async () => {
    for (const tenantId of ['acme', 'other', 'acme']) {
      await transaction(database.pool, (connection) =>
        writeEvent(connection, { event: 'key-revoked', tenantId, actor: 'admin', owner: `of ${tenantId}` }),
      );
    }
    const { body, contentType } = await exports.start(admin, acme, { event: 'key-revoked' }, 'proof', never);
    const all = await text(body);
    expect(contentType).toBe('application/x-ndjson; charset=utf-8');
    expect(all.split('of acme').length - 1).toBe(2);
    expect(all).not.toContain('of other');
    expect(await verifyExport(all.trimEnd().split('\n'))).toEqual(
      jasmine.objectContaining({ holds: true, findings: [], rows: 2, batches: 4 }),
    );
    const forged = all.replace('of acme', 'of adam');
    expect((await verifyExport(forged.trimEnd().split('\n'))).holds).toBeFalse();
    expect((await verifyExport(all.trimEnd().split('\n').slice(0, -1))).holds).toBeFalse();
    expect((await events()).at(-1)).toBe(
      'audit-exported by=nothing event=key-revoked format=proof rows=2 complete',
    );
  });
});
