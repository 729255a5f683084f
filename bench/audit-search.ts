// Searching the audit of one path over 30 days, in a log of ROWS rows (default 10 000 000) and in one of a tenth of that,
// over 90 daily partitions on a PostgreSQL with fsync. Rows are generated in SQL, not sealed: no search looks at seals.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { searchAudit } from '../server/src/audit/search.ts';
import { dayAfter, dayOf, partitionOf, type Day } from '../server/src/audit/partition.store.ts';
import { openDatabase, type Database } from '../server/src/platform/database.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { migrate } from '../server/src/platform/migrate.ts';
import { TenantDatabase } from '../server/src/platform/tenant-database.ts';
import { median, type Figure } from './load/generator.ts';

const ROWS = Number(process.env['ROWS'] ?? 10_000_000);
const DAYS = 90;
const DAY_MS = 86_400_000;
const SEARCHES = 200;
const ROUNDS = 5;
const AT_ONCE = 2;
/** Everybody looks at the company's logo: one row of a hundred. */
const POPULAR = 'public/logo.png';
/** Of every other path: a log is larger because more is there to look at. Both answers then are of one size. */
const ROWS_OF_A_PATH = 100;
const SLOWLY = { query_timeout: 1_800_000 };

const log = pino({ level: 'silent' });

// Two rows of three are deliveries.
const INSERT = (table: string, paths: number): string => `
  INSERT INTO ${table} (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid, actor, owner, reason,
    expires_at, status, bytes, duration_ms, ip_prefix, user_agent, holder, writer, batch_no, row_no, salt, commitment)
  SELECT $1::timestamptz + n * INTERVAL '1 day' / $2, CASE WHEN n % 3 = 0 THEN 'issuance' ELSE 'delivery' END, 'acme',
    CASE WHEN n % 100 = 7 THEN '${POPULAR}' ELSE 'users/u' || p % 997 || '/documents/' || p || '.pdf' END,
    'res-' || p, 'sig_' || substr(md5(n::text || $1), 1, 22), 'kid-' || p % 997, 'u' || n % 499, 'u' || p % 997,
    'user_document', $1::timestamptz + INTERVAL '2 days', CASE WHEN n % 3 = 0 THEN NULL ELSE 200 END::int2, 51200, 3,
    '203.0.113.0/24', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    'gateway-1', '00000000-0000-4000-8000-000000000001', n / 256, n % 256, decode(md5(n::text), 'hex'),
    sha256(int4send(n))
  FROM (SELECT n, (n * 7919::int8 + 13) * n % ${paths} AS p FROM generate_series(0, $2::int - 1) AS n) s`;

export async function run(): Promise<unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-search-'));
  await chmod(folder, 0o711);
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const opened: Database[] = [];
  try {
    const [small, large] = [
      await generatedLog(postgres.url, 'small', ROWS / 10),
      await generatedLog(postgres.url, 'large', ROWS),
    ];
    opened.push(small, large);
    const smalls: number[] = [];
    const larges: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const times = [await p95(small, ROWS / 10), await p95(large, ROWS)];
      // The first round fills the caches.
      if (round > 0) smalls.push(times[0] ?? Number.NaN);
      if (round > 0) larges.push(times[1] ?? Number.NaN);
    }
    const [floor, rate] = [median(smalls), median(larges)];
    const flat: Figure = {
      name: `audit search, one path, 30 days, ${words(ROWS)} rows, beside ${words(ROWS / 10)}: p95`,
      ...{ rate, floor, unit: 'ms', ratio: median(smalls.map((ms, n) => ms / (larges[n] ?? Number.NaN))) },
      hold: 1 / 1.5,
    };
    return [flat, { name: `the same: p95`, size: Math.round(rate * 100) / 100, most: 50, unit: 'ms' }];
  } finally {
    await Promise.all(opened.map((database) => database.end()));
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

const words = (rows: number): string => rows.toLocaleString('en');

/** A log of so many rows up to today, in a database of its own. */
async function generatedLog(clusterUrl: string, name: string, rows: number): Promise<Database> {
  const admin = openDatabase(clusterUrl, log, { max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(clusterUrl);
  url.pathname = name;
  await migrate(url.href, log);
  const database = openDatabase(url.href, log, { max: AT_ONCE + 1 });
  const first = Date.now() - (DAYS - 1) * DAY_MS;
  const days = Array.from({ length: DAYS }, (_, n) => dayOf(first + n * DAY_MS));
  const lane = async (): Promise<void> => {
    for (let day = days.pop(); day; day = days.pop()) await generateDay(database, day, rows);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await database.query({ text: 'VACUUM ANALYZE resource_access_logs', ...SLOWLY });
  return database;
}

/** Made aside: attaching builds its indexes in one go. */
async function generateDay(database: Database, day: Day, rowsOfLog: number): Promise<void> {
  const table = partitionOf(day);
  await database.query(`CREATE TABLE ${table} (LIKE resource_access_logs INCLUDING DEFAULTS)`);
  await database.query({
    text: INSERT(table, Math.ceil(rowsOfLog / ROWS_OF_A_PATH)),
    values: [`${day} 00:00:00+00`, Math.round(rowsOfLog / DAYS)],
    ...SLOWLY,
  });
  const bounds = `FROM ('${day} 00:00:00+00') TO ('${dayAfter(day)} 00:00:00+00')`;
  await database.query({
    text: `ALTER TABLE resource_access_logs ATTACH PARTITION ${table} FOR VALUES ${bounds}`,
    ...SLOWLY,
  });
}

/** Of one search in milliseconds: half of them for the popular path, half for any other. */
async function p95(database: Database, rowsOfLog: number): Promise<number> {
  const tenants = new TenantDatabase(database);
  const paths = Math.ceil(rowsOfLog / ROWS_OF_A_PATH);
  const now = Date.now();
  const clock = { now: () => now };
  const times: number[] = [];
  let asked = 0;
  const caller = async (): Promise<void> => {
    while (asked < SEARCHES) {
      const other = (asked * 7919) % paths;
      const path = asked++ % 2 === 0 ? POPULAR : `users/u${other % 997}/documents/${other}.pdf`;
      const began = performance.now();
      const { items } = await searchAudit(
        tenants,
        clock,
        { tenantId: 'acme' },
        { path, since: now - 30 * DAY_MS, limit: 50 },
      );
      times.push(performance.now() - began);
      if (path === POPULAR && items.length !== 50) throw new Error(`found ${items.length} rows of ${path}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

if (import.meta.main) console.table(await run());
