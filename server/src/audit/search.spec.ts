import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Problem } from '../platform/problem.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { searchAudit, type AuditQuery } from './search.ts';
import { conditionOf, type SearchScope } from './filter.store.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const clock = { now: () => noon };
const acme = { tenantId: 'acme' };

interface Stored {
  at?: string;
  event?: string;
  tenant?: string;
  path?: string;
  owner?: string;
  signature?: string;
  writer?: string;
  batch?: number;
  row?: number;
}

describe('searchAudit', () => {
  let database: TestDatabase;

  const store = async (rows: readonly Stored[]): Promise<void> => {
    for (const row of rows) {
      await database.pool.query(
        `INSERT INTO resource_access_logs
           (accessed_at, event, tenant_id, resource_path, owner, signature_id, writer, batch_no, row_no)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          row.at ?? '2026-11-21 11:00Z',
          row.event ?? 'delivery',
          row.tenant ?? 'acme',
          row.path ?? 'public/team/a.jpg',
          row.owner ?? 'ada',
          row.signature ?? 'sig_1',
          row.writer ?? randomUUID(),
          row.batch ?? 0,
          row.row ?? 0,
        ],
      );
    }
  };

  /** Signature ids, in the order of all pages. */
  const pages = async (
    query: Partial<AuditQuery> = {},
    scope: SearchScope = acme,
  ): Promise<(string | null)[][]> => {
    const result = [];
    let cursor: string | undefined;
    do {
      const page = await searchAudit(database.tenants, clock, scope, { limit: 200, ...query, cursor });
      result.push(page.items.map(({ signatureId }) => signatureId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return result;
  };

  beforeEach(async () => {
    database = await freshDatabase();
  });

  afterEach(() => database.drop());

  it('tells the newest first, through days, months and years, and rows of a clock that runs ahead', async () => {
    const times = [
      ...['2026-11-21 13:30Z', '2026-11-21 11:59:59.999Z', '2026-11-20 11:00Z', '2026-11-15 00:00Z'],
      ...['2026-10-23 00:00Z', '2026-10-01 00:00Z', '2024-02-29 00:00Z'],
    ];
    await store(times.map((at, n) => ({ at, signature: `sig_${n}` })).reverse());
    const inOrder = times.map((_, n) => `sig_${n}`);
    expect(await pages()).toEqual([inOrder]);
    expect(await pages({ limit: 2 })).toEqual([
      inOrder.slice(0, 2),
      inOrder.slice(2, 4),
      inOrder.slice(4, 6),
      inOrder.slice(6),
    ]);
    expect((await pages({ limit: 1 })).flat()).toEqual(inOrder);
  });

  it('skips and repeats nothing where many rows share one microsecond', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const rows = [one, two].flatMap((writer) =>
      [0, 1, 9, 10].flatMap((batch) =>
        [0, 1, 10].map((row) => ({
          at: '2026-11-21 11:00:00.123456Z',
          writer,
          batch,
          row,
          signature: `${writer}${batch}-${row}`,
        })),
      ),
    );
    await store(rows);
    const [all = []] = await pages();
    expect(all.length).toBe(24);
    for (const limit of [1, 5, 7]) expect((await pages({ limit })).flat()).toEqual(all);
  });

  it('goes on below the cursor while newer rows arrive', async () => {
    await store([1, 2, 3, 4].map((n) => ({ at: `2026-11-21 10:0${n}Z`, signature: `sig_${n}` })));
    const first = await searchAudit(database.tenants, clock, acme, { limit: 2 });
    await store([{ at: '2026-11-21 10:59Z', signature: 'sig_new' }]);
    const second = await searchAudit(database.tenants, clock, acme, {
      limit: 2,
      cursor: first.nextCursor ?? '',
    });
    expect(second.items.map(({ signatureId }) => signatureId)).toEqual(['sig_2', 'sig_1']);
    expect(second.nextCursor).toBeNull();
  });

  it('filters by path, owner, signature and event, alone and together', async () => {
    await store([
      { signature: 'a', path: 'public/team/a.jpg', owner: 'ada', event: 'issuance' },
      { signature: 'b', path: 'public/team/b.jpg', owner: 'ada', event: 'delivery' },
      { signature: 'c', path: 'public/team/a.jpg', owner: 'grace', event: 'delivery' },
    ]);
    const found = async (query: Partial<AuditQuery>): Promise<unknown> => (await pages(query)).flat().sort();
    expect(await found({ path: 'public/team/a.jpg' })).toEqual(['a', 'c']);
    expect(await found({ owner: 'ada' })).toEqual(['a', 'b']);
    expect(await found({ signatureId: 'c' })).toEqual(['c']);
    expect(await found({ event: 'delivery' })).toEqual(['b', 'c']);
    expect(await found({ path: 'public/team/a.jpg', owner: 'ada', event: 'delivery' })).toEqual([]);
    expect(await found({ path: "' OR true --" })).toEqual([]);
  });

  it('filters by the beginning of the path, whose characters mean only themselves', async () => {
    await store(
      ['users/ada/a', 'users/ada/b', 'users/adam/a', 'users/%/a', 'public/users/ada/a', 'users/ada'].map(
        (path) => ({
          path,
          signature: path,
        }),
      ),
    );
    const found = async (pathPrefix: string): Promise<unknown> => (await pages({ pathPrefix })).flat().sort();
    expect(await found('users/ada/')).toEqual(['users/ada/a', 'users/ada/b']);
    expect(await found('users/ada')).toEqual(['users/ada', 'users/ada/a', 'users/ada/b', 'users/adam/a']);
    expect(await found('users/%')).toEqual(['users/%/a']);
    expect(await found('users/_da')).toEqual([]);
  });

  it('finds a prefix by the index, whatever the collation of the database', async () => {
    await database.pool.query(
      `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, writer, batch_no, row_no)
       SELECT now(), 'delivery', 'acme', 'users/u' || n % 4000 || '/a.pdf', gen_random_uuid(), 0, 0
       FROM generate_series(1, 40000) AS n`,
    );
    await database.pool.query('ANALYZE resource_access_logs');
    const { sql, values } = conditionOf(acme, { pathPrefix: 'users/u77/' }, {});
    const { rows } = await database.pool.query(
      `EXPLAIN (FORMAT JSON) SELECT * FROM resource_access_logs WHERE ${sql}`,
      values,
    );
    expect(JSON.stringify(rows)).toContain('resource_path >= ');
    expect(JSON.stringify(rows)).not.toContain('Seq Scan');
    const { rows: columns } = await database.pool.query(
      `SELECT collation_name FROM information_schema.columns
       WHERE table_name = 'resource_access_logs' AND column_name = 'resource_path'`,
    );
    expect(columns).toEqual([{ collation_name: 'C' }]);
  });

  it('keeps to a stretch of time, its beginning included and its end not, on every page', async () => {
    const times = ['2026-11-21 10:00Z', '2026-11-20 00:00Z', '2026-11-10 00:00Z', '2026-09-01 00:00Z'];
    await store(times.map((at, n) => ({ at, signature: `sig_${n}` })));
    const [since, until] = [Date.UTC(2026, 10, 10), Date.UTC(2026, 10, 21, 10)];
    for (const limit of [1, 2, 200]) {
      expect((await pages({ since, limit })).flat()).toEqual(['sig_0', 'sig_1', 'sig_2']);
      expect((await pages({ until, limit })).flat()).toEqual(['sig_1', 'sig_2', 'sig_3']);
      expect((await pages({ since, until, limit })).flat()).toEqual(['sig_1', 'sig_2']);
    }
    expect((await pages({ since: until, until: since })).flat()).toEqual([]);
    expect((await pages({ since: Date.UTC(2030, 0, 1) })).flat()).toEqual([]);
  });

  it('refuses what reads too much, in words that help', async () => {
    await store([{}]);
    await database.pool.query(
      `ALTER TABLE resource_access_logs RENAME TO hidden;
       CREATE FUNCTION cancelled() RETURNS boolean LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$;
       CREATE VIEW resource_access_logs AS SELECT * FROM hidden WHERE cancelled();
       GRANT SELECT ON resource_access_logs TO app`,
    );
    await expectAsync(pages()).toBeRejectedWith(
      jasmine.objectContaining({ code: 'search-too-wide', status: 400 }),
    );
  });

  it('shows what tells of reading the log to whoever asks for it, and to nobody else', async () => {
    await store([{ signature: 'read', event: 'audit-read' }, { signature: 'other' }]);
    expect((await pages()).flat()).toEqual(['other']);
    expect((await pages({ event: 'audit-read' })).flat()).toEqual(['read']);
  });

  it('stays inside the tenant, and inside one owner when it must', async () => {
    await store([
      { signature: 'mine' },
      { signature: 'of a colleague', owner: 'grace' },
      { signature: 'of another tenant', tenant: 'other' },
    ]);
    expect((await pages({}, { tenantId: 'acme', owner: 'ada' })).flat()).toEqual(['mine']);
    expect((await pages({ owner: 'grace' }, { tenantId: 'acme', owner: 'ada' })).flat()).toEqual([]);
    expect((await pages()).flat().sort()).toEqual(['mine', 'of a colleague']);
    const other = await searchAudit(database.tenants, clock, { tenantId: 'other' }, { limit: 1 });
    expect(other.items.map(({ signatureId }) => signatureId)).toEqual(['of another tenant']);
  });
});

describe('The cursor of a search', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 9_007_199_254_740_991 }),
        fc.uuid(),
        fc.nat({ max: 1e14 }),
        fc.nat({ max: 999_999_999 }),
        (micros, writer, batchNo, rowNo) => {
          const position = { micros, writer, batchNo, rowNo };
          expect(encodeCursor(position)).toMatch(/^[\w-]+$/);
          expect(decodeCursor(encodeCursor(position))).toEqual(position);
        },
      ),
    );
  });

  for (const forged of [
    '',
    'x',
    '!!!',
    'MTIz',
    encodeCursor({ micros: 1, writer: 'not a uuid', batchNo: 1, rowNo: 1 }),
  ]) {
    it(`is refused when it is ${JSON.stringify(forged)}`, () => {
      expect(() => decodeCursor(forged)).toThrowError(Problem);
    });
  }

  it('is refused when its time is larger than any', () => {
    const writer = randomUUID();
    const huge = Buffer.from(`9999999999999999~${writer}~0~0`).toString('base64url');
    expect(() => decodeCursor(huge)).toThrowError(Problem);
  });
});
