import { createHash } from 'node:crypto';
import type { Connection, Database } from '../platform/database.ts';
import { leafOf, type PublicColumns, type RowPlace } from './leaf.ts';
import { microsOfTime } from './micros.store.ts';
import { dayAfter, partitionOf, type Day } from './partition.store.ts';

const DEFAULT_PARTITION = 'resource_access_logs_default';

/** Any number that no other advisory lock of this database uses. */
const RETENTION_LOCK = 0x72657461;

/** Reading a day of many millions of rows takes its time. */
const READING_MS = 600_000;
const AT_ONCE = 5000;

/** What is about to go. */
export interface OldDay {
  day: Day;
  /** A partition of its own, or rows that found none. */
  table: string;
}

/** What went. */
export interface RetiredDay {
  rows: number;
  /** SHA-256 over the `leaves` of every sealed batch with rows of this day, in the order of writer and number. */
  digest: Buffer;
}

/** @returns milliseconds since 1970 */
export async function databaseTime(database: Database): Promise<number> {
  const { rows } = await database.query<{ now: number }>(
    'SELECT (extract(epoch FROM now()) * 1000)::float8 AS now',
  );
  return rows[0]?.now ?? -Infinity;
}

/** @returns the days of the DEFAULT partition that end at or before this moment, oldest first */
export async function oldStrays(database: Database, before: number): Promise<OldDay[]> {
  const { rows } = await database.query<{ day: Day }>(
    `SELECT DISTINCT to_char(accessed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM ${DEFAULT_PARTITION}
     WHERE accessed_at >= '0001-01-01' AND accessed_at < to_timestamp($1::float8 / 1000) ORDER BY 1`,
    [before],
  );
  return rows.map(({ day }) => ({ day, table: DEFAULT_PARTITION }));
}

export const partitionOfDay = (day: Day): OldDay => ({ day, table: partitionOf(day) });

/**
 * Lets one server at a time retire days, until the end of the transaction, and keeps late rows out of this day.
 *
 * @param lockMs how long inserts may have to wait for this and for `takeAway` at most, milliseconds
 * @returns false when another one is at it, or has done it
 */
export async function claimDay(connection: Connection, { table }: OldDay, lockMs: number): Promise<boolean> {
  await connection.query(`SET LOCAL lock_timeout = ${Math.ceil(lockMs)}`);
  const { rows } = await connection.query<{ claimed: boolean }>(
    `SELECT pg_try_advisory_xact_lock($1) AND to_regclass($2) IS NOT NULL AS claimed`,
    [RETENTION_LOCK, table],
  );
  if (rows[0]?.claimed !== true) return false;
  // The DEFAULT partition takes rows of every day, so it stays open: a late row of an old day goes the next time.
  if (table !== DEFAULT_PARTITION) await connection.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
  return true;
}

/** Reads what is about to go. */
export async function summarise(connection: Connection, old: OldDay): Promise<RetiredDay> {
  const { rows: counted } = await connection.query<{ rows: number }>(
    slowly(`SELECT count(*)::float8 AS rows FROM ${rowsOf(old)}`),
  );
  await connection.query(
    slowly(
      `DECLARE going NO SCROLL CURSOR FOR SELECT b.leaves FROM audit_batches b
       JOIN (SELECT DISTINCT writer, batch_no FROM ${rowsOf(old)}) d USING (writer, batch_no)
       ORDER BY b.writer, b.batch_no`,
    ),
  );
  const digest = createHash('sha256');
  for (;;) {
    const { rows } = await connection.query<{ leaves: Buffer }>(slowly(`FETCH ${AT_ONCE} FROM going`));
    for (const { leaves } of rows) digest.update(leaves);
    if (rows.length < AT_ONCE) break;
  }
  await connection.query('CLOSE going');
  return { rows: counted[0]?.rows ?? 0, digest: digest.digest() };
}

type GoingRow = RowPlace & PublicColumns & { commitment: Buffer };

/**
 * Keeps the leaf hashes of rows that go while others of their batch stay, so that the batch can still be proved, and
 * lets go of those of batches that are gone with this day.
 */
export async function keepLeaves(connection: Connection, old: OldDay): Promise<void> {
  const end = `'${dayAfter(old.day)} 00:00:00+00'`;
  const { rows } = await connection.query<GoingRow>(
    slowly(
      `SELECT l.writer, l.batch_no::float8 AS "batchNo", l.row_no AS "rowNo", ${microsOfTime('accessed_at')} AS at, event,
         tenant_id AS "tenantId", resource_id AS "resourceId", signature_id AS "signatureId", kid,
         ${microsOfTime('expires_at')} AS "expiresAt", status, bytes::float8 AS bytes, duration_ms AS "durationMs",
         holder, commitment
       FROM (SELECT * FROM ${rowsOf(old)}) l
       JOIN audit_batches b ON b.writer = l.writer AND b.batch_no = l.batch_no AND b.last_at >= ${end}`,
    ),
  );
  await connection.query(
    `INSERT INTO audit_kept_leaves (writer, batch_no, row_no, leaf)
     SELECT * FROM unnest($1::uuid[], $2::int8[], $3::int4[], $4::bytea[]) ON CONFLICT DO NOTHING`,
    [
      rows.map(({ writer }) => writer),
      rows.map(({ batchNo }) => batchNo),
      rows.map(({ rowNo }) => rowNo),
      rows.map((row) => leafOf(row, row, row.commitment)),
    ],
  );
  await connection.query(
    `DELETE FROM audit_kept_leaves k USING audit_batches b
     WHERE b.writer = k.writer AND b.batch_no = k.batch_no AND b.last_at < ${end}`,
  );
}

/** Takes the rows away. @throws 55P03 when somebody reads the log for longer than the lock may be waited for */
export async function takeAway(connection: Connection, old: OldDay): Promise<void> {
  if (old.table === DEFAULT_PARTITION) {
    await connection.query(slowly(`DELETE FROM ${rowsOf(old)}`));
    return;
  }
  await connection.query(`DROP TABLE ${old.table}`);
}

/**
 * Records what the owner of the log does to it. Policies let the owner add this one row (0006_retention.sql); on these
 * connections a statement that policies hold fails unless it asks for them.
 *
 * @param write in the same transaction
 */
export async function underPolicies(connection: Connection, write: () => Promise<void>): Promise<void> {
  await connection.query('SET LOCAL row_security = on');
  await write();
  await connection.query('SET LOCAL row_security = off');
}

/** Takes away counts of denials of minutes before this moment, milliseconds since 1970. */
export async function dropDenialCounts(database: Database, before: number): Promise<void> {
  await database.query(
    slowly('DELETE FROM denial_counts WHERE minute < to_timestamp($1::float8 / 1000)', [before]),
  );
}

/** @returns SQL of a table and a WHERE clause */
function rowsOf({ day, table }: OldDay): string {
  return `${table} WHERE accessed_at >= '${day} 00:00:00+00' AND accessed_at < '${dayAfter(day)} 00:00:00+00'`;
}

function slowly(text: string, values: unknown[] = []): { text: string; values: unknown[] } {
  const query = { text, values, query_timeout: READING_MS };
  return query;
}
