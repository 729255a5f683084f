import { randomUUID } from 'node:crypto';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { conditionOf, EVERY_TENANT, type SearchScope } from './filter.store.ts';
import type { ReadingQuery } from './reading-log.ts';
import { isFoundBy } from './row-filter.ts';
import type { StoredRow } from './stored-row.ts';

const at = Date.UTC(2026, 10, 21, 12);

/** Every combination of what a row may hold. */
const rows: StoredRow[] = ['acme', 'other', null].flatMap((tenantId) =>
  ['users/ada/a', 'users/adam/a', 'public/größe', null].flatMap((path) =>
    ['ada', 'grace', null].flatMap((person) =>
      [200, 403, null].map((status, n) => ({
        writer: randomUUID(),
        batchNo: 0,
        rowNo: n,
        row: {
          at: at * 1000 + n,
          event: status === 403 ? 'denial' : 'delivery',
          tenantId,
          path,
          owner: person,
          actor: person === 'ada' ? 'grace' : person,
          reason: path,
          status,
          signatureId: person,
        },
        salt: null,
        commitment: null,
      })),
    ),
  ),
);

describe('The filters of a search, outside of the database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
    for (const { writer, batchNo, rowNo, row } of rows) {
      await database.pool.query(
        `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, owner, actor, reason, status,
           signature_id, writer, batch_no, row_no)
         VALUES (timestamptz 'epoch' + $1::int8 * INTERVAL '1 microsecond', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          ...[row.at, row.event, row.tenantId, row.path, row.owner, row.actor, row.reason, row.status],
          ...[row.signatureId, writer, batchNo, rowNo],
        ],
      );
    }
  });

  afterAll(() => database.drop());

  const acme = { tenantId: 'acme' };
  const cases: [SearchScope | typeof EVERY_TENANT, ReadingQuery][] = [
    [EVERY_TENANT, {}],
    [acme, {}],
    [{ ...acme, owner: 'ada' }, {}],
    [acme, { path: 'users/ada/a' }],
    [acme, { pathPrefix: 'users/ada' }],
    [EVERY_TENANT, { pathPrefix: 'users/ada/' }],
    [acme, { pathPrefix: 'public/grö' }],
    [acme, { owner: 'grace', status: 403 }],
    [acme, { actor: 'grace' }],
    [acme, { reason: 'users/adam/a', event: 'denial' }],
    [acme, { signatureId: 'ada' }],
    [acme, { since: at, until: at + 1 }],
    [acme, { since: at + 1 }],
    [acme, { until: at }],
  ];
  for (const [scope, query] of cases) {
    const { since, until, ...filter } = query;
    it(`find the same rows: ${JSON.stringify([scope, query])}`, async () => {
      const { sql, values } = conditionOf(scope, filter, { since, before: until });
      const found = await database.pool.query<{ place: string }>(
        `SELECT writer || ' ' || row_no AS place FROM resource_access_logs WHERE ${sql}`,
        values,
      );
      const expected = rows.filter(isFoundBy(scope, query)).map(({ writer, rowNo }) => `${writer} ${rowNo}`);
      expect(found.rows.map(({ place }) => place).sort()).toEqual(expected.sort());
    });
  }
});
