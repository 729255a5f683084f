import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { fillSealedLog } from './testing/sealed-log.ts';
import { verifyAudit } from './verify.ts';

const rounds = 15 * Number(process.env['SCALE'] ?? 1);

/** The smallest change of each column that PostgreSQL can store. */
const CHANGES: Readonly<Record<string, string>> = {
  accessed_at: `accessed_at + INTERVAL '1 microsecond'`,
  expires_at: `expires_at - INTERVAL '1 microsecond'`,
  status: 'status # 1',
  bytes: 'bytes # 1',
  duration_ms: 'duration_ms # 1',
  ...Object.fromEntries(
    ['salt', 'commitment'].map((name) => [name, `set_byte(${name}, $3, get_byte(${name}, $3) # 1)`]),
  ),
  ...Object.fromEntries(
    [
      ...['event', 'tenant_id', 'resource_id', 'signature_id', 'kid', 'holder'],
      ...['resource_path', 'actor', 'owner', 'ip_prefix', 'user_agent'],
    ].map((name) => [
      name,
      `overlay(${name} placing chr(ascii(substring(${name} from 1 + $3 % length(${name}) for 1)) # 1)
         from 1 + $3 % length(${name}) for 1)`,
    ]),
  ),
};

describe('verifyAudit on one flipped bit', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
    await fillSealedLog(database.pool, { rows: 500, batchRows: 60, writers: 3 });
  });

  afterAll(() => database.drop());

  it('names its row, whichever row, column and place it is', async () => {
    const random = (below: number): number => Math.floor(Math.random() * below);
    for (let round = 0; round < rounds; round++) {
      const columns = Object.keys(CHANGES);
      const column = columns[random(columns.length)] ?? '';
      const { rows: all } = await database.pool.query(
        `SELECT writer, batch_no::int AS "batchNo", row_no AS "rowNo", ${column} AS was
         FROM resource_access_logs ORDER BY writer, batch_no, row_no OFFSET $1 LIMIT 1`,
        [random(500)],
      );
      const { writer, batchNo, rowNo, was } = all[0];
      const where = 'WHERE writer = $1 AND batch_no = $2 AND row_no = $4';
      // Not every statement needs the place of the bit, but each must know its type.
      await database.pool.query(
        `UPDATE resource_access_logs SET ${column} = ${CHANGES[column]} ${where} AND $3::int >= 0`,
        [writer, batchNo, random(16), rowNo],
      );
      const { findings } = await verifyAudit({ database: database.pool });
      const places = new Set(findings.map((found) => `${found.writer} ${found.batchNo} ${found.rowNo}`));
      expect([column, ...places]).toEqual([column, `${writer} ${batchNo} ${rowNo}`]);
      if (was instanceof Date) {
        const back = column === 'accessed_at' ? '-' : '+';
        await database.pool.query(
          `UPDATE resource_access_logs SET ${column} = ${column} ${back} INTERVAL '1 microsecond'
           WHERE writer = $1 AND batch_no = $2 AND row_no = $3`,
          [writer, batchNo, rowNo],
        );
      } else {
        await database.pool.query(
          `UPDATE resource_access_logs SET ${column} = $3 WHERE writer = $1 AND batch_no = $2 AND row_no = $4`,
          [writer, batchNo, was, rowNo],
        );
      }
    }
    expect((await verifyAudit({ database: database.pool })).holds).toBeTrue();
  });
});
