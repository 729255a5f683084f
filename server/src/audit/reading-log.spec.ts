import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { ReadingLog, type Reader } from './reading-log.ts';
import { silent } from './testing/audit-database.ts';

const admin: Reader = {
  tenantId: 'acme',
  actor: 'admin',
  ipPrefix: '203.0.113.0/24',
  userAgent: 'Mozilla/5.0',
};

describe('The record of who read the log', () => {
  let database: TestDatabase;
  let readings: ReadingLog;

  const rows = async (): Promise<Record<string, unknown>[]> =>
    (
      await database.pool.query(
        `SELECT event, tenant_id, actor, owner, resource_path, signature_id, reason, holder
         FROM resource_access_logs ORDER BY accessed_at, reason`,
      )
    ).rows;

  const reasons = async (): Promise<unknown[]> => (await rows()).map(({ reason }) => reason);

  beforeEach(async () => {
    database = await freshDatabase();
    readings = new ReadingLog({ database: database.tenants, holder: 'gateway-1', log: silent });
  });

  afterEach(async () => {
    await readings.close();
    await database.drop();
  });

  it('says who asked what, before the answer leaves', async () => {
    await readings.searched(admin, { path: 'public/team/a.jpg', since: Date.UTC(2026, 10, 1) }, 12);
    expect(await rows()).toEqual([
      {
        event: 'audit-read',
        tenant_id: 'acme',
        actor: 'admin',
        owner: null,
        resource_path: 'public/team/a.jpg',
        signature_id: null,
        reason: 'by=path since=2026-11-01T00:00:00.000Z rows=12',
        holder: 'gateway-1',
      },
    ]);
  });

  it('names a person or a path only in the columns that erasure empties', async () => {
    await readings.searched(admin, { owner: 'grace', reason: 'about grace', status: 403 }, 1);
    await readings.searched(admin, { actor: 'grace', event: 'denial' }, 1);
    await readings.searched(admin, { pathPrefix: 'users/grace/' }, 0);
    await readings.searched(admin, { signatureId: 'sig_1' }, 2);
    await readings.searched(admin, {}, 3);
    expect((await rows()).map((row) => [row['owner'], row['resource_path'], row['signature_id']])).toEqual(
      jasmine.arrayWithExactContents([
        ['grace', null, null],
        ['grace', null, null],
        [null, 'users/grace/', null],
        [null, null, 'sig_1'],
        [null, null, null],
      ]),
    );
    expect(await reasons()).toEqual(
      jasmine.arrayWithExactContents([
        'by=owner,reason status=403 rows=1',
        'by=actor event=denial rows=1',
        'by=pathPrefix rows=0',
        'by=signatureId rows=2',
        'by=nothing rows=3',
      ]),
    );
  });

  it('keeps no signature that somebody took for its id', async () => {
    const signature = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA';
    for (const signatureId of [signature, `sig_${signature}`, `sig=${signature}`, '\u001b[2J']) {
      await readings.searched(admin, { signatureId }, 0);
    }
    expect((await rows()).map((row) => row['signature_id'])).toEqual([null]);
    expect(JSON.stringify(await rows())).not.toContain(signature);
  });

  it('makes one row of the first look and one of its repetitions, however many', async () => {
    for (let page = 0; page < 20; page += 1) await readings.searched(admin, { path: 'p' }, 50);
    expect(await reasons()).toEqual(['by=path rows=50']);
    await readings.searched({ ...admin, actor: 'grace' }, { path: 'p' }, 1);
    await readings.searched(admin, { path: 'q' }, 1);
    expect((await rows()).length).toBe(3);
    await readings.close();
    expect(await reasons()).toContain('by=path again pages=19 rows=950');
    expect((await rows()).length).toBe(4);
  });

  it('begins anew when the time for repetitions is over', async () => {
    const hasty = new ReadingLog({ database: database.tenants, holder: 'g', log: silent, togetherMs: 1 });
    await hasty.searched(admin, { path: 'p' }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await hasty.searched(admin, { path: 'p' }, 2);
    await hasty.close();
    expect(await reasons()).toEqual(['by=path rows=1', 'by=path rows=2']);
  });

  it('holds a bounded number of searches in memory, and records the others one by one', async () => {
    const small = new ReadingLog({ database: database.tenants, holder: 'g', log: silent, maxOpen: 2 });
    for (const path of ['a', 'b', 'c', 'c', 'a']) await small.searched(admin, { path }, 1);
    expect((await rows()).map((row) => row['resource_path']).sort()).toEqual(['a', 'b', 'c', 'c']);
    await small.close();
  });

  it('lets no search be answered that it cannot record, and tries again at the next', async () => {
    await database.pool.query('ALTER TABLE audit_batches RENAME TO away');
    await expectAsync(readings.searched(admin, { path: 'p' }, 1)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'audit-unavailable' }),
    );
    await database.pool.query('ALTER TABLE away RENAME TO audit_batches');
    await readings.searched(admin, { path: 'p' }, 1);
    expect(await reasons()).toEqual(['by=path rows=1']);
  });
});
