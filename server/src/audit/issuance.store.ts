import type { Connection } from '../platform/database.ts';
import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';
import type { IssuanceRow } from './rows.ts';

/** An issuance with the moment at which it was asked for. */
export interface TimedIssuance {
  /** Wall time, milliseconds since 1970. */
  at: number;
  row: IssuanceRow;
}

/** What goes in together, under one number of one writer. */
export interface IssuanceBatch {
  writer: string;
  batchNo: number;
  holder: string;
  issuances: readonly TimedIssuance[];
}

// One statement, so one implicit transaction and one round trip: it is committed when it is answered.
//
// An active key has its salt by a constraint of the table, so that whoever writes the audit need not read salts.
//
// The join takes no lock on the keys. A revocation that committed before this statement's snapshot has made its rows
// disappear from the join: refused here. One that commits later does not stop this row, and need not: the row truly
// says that the URL was issued, and the URL is dead because no holder checks with that key once the revocation's
// receipt is answered. FOR SHARE would only move that moment, at the price of a tuple lock per key and batch, and of
// revocations that wait for a busy signing server.
//
// A database whose default is asynchronous commit would answer before the rows are on disk, so that is undone for this
// transaction; anything stricter than `on` stays.
const INSERT = `
  WITH gone_in AS (
    INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
      actor, owner, reason, expires_at, ip_prefix, user_agent, holder, writer, batch_no, row_no)
    SELECT to_timestamp(u.at / 1000), 'issuance', u.tenant_id, u.path, u.resource_id, u.signature_id, u.kid,
      u.actor, u.owner, u.reason, to_timestamp(u.expires_at / 1000), u.ip_prefix, u.user_agent, $3, $1, $2, u.n - 1
    FROM unnest($4::float8[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
      $12::text[], $13::float8[], $14::text[], $15::text[]) WITH ORDINALITY AS u (at, tenant_id, path, resource_id,
      signature_id, kid, actor, owner, reason, expires_at, ip_prefix, user_agent, n)
    JOIN signature_keys k ON k.kid = u.kid AND k.state = 'active'
    RETURNING row_no
  ), batch AS (
    INSERT INTO audit_batches (writer, batch_no, row_count) SELECT $1, $2, count(*) FROM gone_in
  )
  SELECT array_agg(row_no) AS row_numbers,
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
  FROM gone_in`;

/**
 * Inserts the rows whose key is active. Outside a transaction, its answer means that they are committed.
 *
 * @returns for each row, in order, whether it went in
 * @throws when the batch is already in (`isAlreadyIn`), and as PostgreSQL does
 */
export async function insertIssuances(connection: Connection, batch: IssuanceBatch): Promise<boolean[]> {
  const { rows } = await connection.query<{ row_numbers: number[] | null }>({
    name: 'audit-issuances',
    text: INSERT,
    values: [batch.writer, batch.batchNo, batch.holder, ...columnsOf(batch.issuances)],
  });
  return flags(batch.issuances.length, rows[0]?.row_numbers ?? []);
}

/**
 * Which rows of a batch that is already in went in, found by their signature ids since nothing else is indexed.
 *
 * @returns for each row, in order, whether it is in
 */
export async function findIssuances(connection: Connection, batch: IssuanceBatch): Promise<boolean[]> {
  const times = batch.issuances.map(({ at }) => at);
  const { rows } = await connection.query<{ row_no: number }>(
    `SELECT row_no FROM resource_access_logs
     WHERE signature_id = ANY($3) AND writer = $1 AND batch_no = $2
       AND accessed_at BETWEEN to_timestamp($4::float8 / 1000) AND to_timestamp($5::float8 / 1000)`,
    [
      batch.writer,
      batch.batchNo,
      batch.issuances.map(({ row }) => row.signatureId),
      Math.min(...times),
      Math.max(...times),
    ],
  );
  return flags(
    batch.issuances.length,
    rows.map(({ row_no }) => row_no),
  );
}

function flags(length: number, rowNumbers: readonly number[]): boolean[] {
  const result = new Array<boolean>(length).fill(false);
  for (const rowNumber of rowNumbers) result[rowNumber] = true;
  return result;
}

/** Column by column, in the order of `unnest` above. */
function columnsOf(issuances: readonly TimedIssuance[]): unknown[][] {
  const column = (value: (row: IssuanceRow) => unknown): unknown[] => issuances.map(({ row }) => value(row));
  return [
    issuances.map(({ at }) => at),
    column((row) => row.tenantId),
    column((row) => row.path),
    column((row) => row.resourceId),
    column((row) => row.signatureId),
    column((row) => row.kid),
    column((row) => cleanUnchecked(row.actor)),
    column((row) => clean(row.owner)),
    column((row) => cleanUnchecked(row.reason)),
    column((row) => Number(row.expiresAt)),
    column((row) => row.ipPrefix),
    column((row) => cleanUserAgent(row.userAgent)),
  ];
}
