// Recording issuances on a PostgreSQL with fsync, beside a bare insert of the same rows into a table of its own with
// the same columns and indexes: the floor has no group commit, no batch numbers, no check of keys and no partitions.
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { issuanceLog, type IssuanceLog } from '../server/src/audit/issuance.ts';
import { ensurePartitions } from '../server/src/audit/partitions.ts';
import type { IssuanceRow } from '../server/src/audit/rows.ts';
import { systemClock } from '../server/src/platform/clock.ts';
import { openDatabase, type Database } from '../server/src/platform/database.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { migrate } from '../server/src/platform/migrate.ts';
import { compare, type Figure } from './load/generator.ts';

const SECONDS = 2;
const OWNERS = 12;
const BATCH = 100;
const CALLERS = 64;

const COLUMNS = [
  ...[
    'accessed_at',
    'event',
    'tenant_id',
    'resource_path',
    'resource_id',
    'signature_id',
    'kid',
    'actor',
    'owner',
  ],
  ...['reason', 'expires_at', 'ip_prefix', 'user_agent', 'holder', 'writer', 'batch_no', 'row_no'],
];
const TYPES: Readonly<Record<string, string>> = {
  accessed_at: 'timestamptz',
  expires_at: 'timestamptz',
  writer: 'uuid',
  batch_no: 'int8',
  row_no: 'int4',
};
const BARE_INSERT = `INSERT INTO bare (${COLUMNS.join(', ')})
  SELECT * FROM unnest(${COLUMNS.map((column, index) => `$${index + 1}::${TYPES[column] ?? 'text'}[]`).join(', ')})`;

export async function run(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-audit-'));
  await chmod(folder, 0o711);
  const log = pino({ level: 'silent' });
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const database = openDatabase(postgres.url, log);
  // As a server does it. The floor is the superuser's, whom no row level security holds.
  const writers = openDatabase(postgres.url, log, { role: 'audit_writer', max: 3 });
  try {
    await migrate(postgres.url, log);
    await ensurePartitions({ database, clock: systemClock, log });
    await database.query('CREATE TABLE bare (LIKE resource_access_logs INCLUDING ALL)');
    const kids = await makeKeys(database);
    const issuances = issuanceLog({
      database: writers,
      writer: randomUUID(),
      holder: 'bench',
      clock: systemClock,
      log,
    });
    const figures = [
      await compare(
        `audit rows, one batch of ${BATCH} after the other`,
        0.5,
        () => rowsPerSecond(1, BATCH, () => insertBare(database, sampleRows(BATCH, kids))),
        () => rowsPerSecond(1, BATCH, () => record(issuances, sampleRows(BATCH, kids))),
      ),
      await compare(
        `audit rows, ${CALLERS} callers of one row each`,
        3,
        () => rowsPerSecond(CALLERS, 1, () => insertBare(database, sampleRows(1, kids))),
        () => rowsPerSecond(CALLERS, 1, () => record(issuances, sampleRows(1, kids))),
      ),
    ];
    await issuances.close();
    return figures;
  } finally {
    await writers.end();
    await database.end();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
}

async function makeKeys(database: pg.Pool): Promise<string[]> {
  const kids = Array.from({ length: OWNERS }, () => randomBytes(16).toString('base64url'));
  for (const [index, kid] of kids.entries()) {
    await database.query(`INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('acme', $1, $1)`, [
      `o${index}`,
    ]);
    await database.query(
      `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, salt) VALUES ($1, 'acme', $2, 1, $3)`,
      [kid, `o${index}`, randomBytes(32)],
    );
  }
  return kids;
}

function sampleRows(count: number, kids: readonly string[]): IssuanceRow[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: 'acme',
    path: `public/team/avatar-${index % OWNERS}.jpg`,
    resourceId: randomBytes(16).toString('base64url'),
    signatureId: `sig_${randomBytes(16).toString('base64url')}`,
    kid: kids[index % OWNERS] ?? '',
    actor: 'grace',
    owner: `o${index % OWNERS}`,
    reason: 'team_member_photo',
    expiresAt: Date.now() + 3_600_000,
    ipPrefix: '203.0.113.0/24',
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  }));
}

async function record(issuances: IssuanceLog, rows: IssuanceRow[]): Promise<void> {
  const committed = await issuances.record(rows);
  if (!committed.every(Boolean)) throw new Error('a row did not go in');
}

const writer = randomUUID();

async function insertBare(database: Database, rows: readonly IssuanceRow[]): Promise<void> {
  const at = new Date().toISOString();
  const same = (value: unknown): unknown[] => rows.map(() => value);
  await database.query({
    name: 'bare',
    text: BARE_INSERT,
    values: [
      same(at),
      same('issuance'),
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ path }) => path),
      rows.map(({ resourceId }) => resourceId),
      rows.map(({ signatureId }) => signatureId),
      rows.map(({ kid }) => kid),
      rows.map(({ actor }) => actor),
      rows.map(({ owner }) => owner),
      rows.map(({ reason }) => reason),
      rows.map(({ expiresAt }) => new Date(expiresAt).toISOString()),
      rows.map(({ ipPrefix }) => ipPrefix),
      rows.map(({ userAgent }) => userAgent),
      same('bench'),
      same(writer),
      same(0),
      rows.map((_, index) => index),
    ],
  });
}

/** So many callers, each with its next call after its last was answered. */
async function rowsPerSecond(
  callers: number,
  rowsPerCall: number,
  call: () => Promise<void>,
): Promise<number> {
  const start = performance.now();
  const end = start + SECONDS * 1000;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (calls * rowsPerCall * 1000) / (performance.now() - start);
}

if (import.meta.main) console.table(await run());
