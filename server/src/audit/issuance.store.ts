import { arrayLiteral } from '../platform/array-literal.ts';
import type { Connection } from '../platform/database.ts';
import { MARK_BYTES, type Batch } from './batch.ts';
import { timeOfMicros } from './micros.store.ts';
import { pieceOf } from './packed-bytes.store.ts';
import type { CleanIssuance } from './issuance-row.ts';
import { HASH_BYTES, SALT_BYTES } from './leaf.ts';

/** What goes in together, under one number of one writer. */
export interface IssuanceBatch {
  batch: Batch;
  holder: string;
  /** In the order of the batch's rows. */
  issuances: readonly CleanIssuance[];
}

/** What is in of a batch. */
export interface RecordedBatch {
  /** Numbers of its rows, ascending. */
  rowNumbers: number[];
  /** As the database computed it, or as it stored it. */
  seal: Buffer;
}

interface Answer {
  /** Every row went in. */
  isWhole: boolean;
  /** Of those that went in, when not all did. */
  rowNumbers: number[] | null;
  seal: Buffer;
  /** Rows that are truly in the table. */
  written: number;
}

const joined = (bytes: string): string => `coalesce(string_agg(${bytes}, ''::bytea ORDER BY n), ''::bytea)`;

// A field of a seal's input (leaf.ts) from a bigint that may be NULL.
const integerField = (value: string): string =>
  `coalesce('\\x00000008'::bytea || int8send(${value}), '\\xffffffff'::bytea)`;

// One statement, so one implicit transaction and one round trip: it is committed when it is answered.
//
// An active or retiring key has its salt by a constraint of the table, so that whoever writes the audit need not read salts.
//
// Which rows go in only this statement knows, so it computes the seal over exactly those, from the leaf hashes that came
// with the rows; who sent them computes it again from the answer. Nearly always all rows go in, and then there is nothing
// to pick.
//
// The join takes no lock on the keys. A revocation that committed before this statement's snapshot has made its rows
// disappear from the join: refused here. One that commits later does not stop this row, and need not: the row truly
// says that the URL was issued, and the URL is dead because no holder checks with that key once the revocation's
// receipt is answered. FOR SHARE would only move that moment, at the price of a tuple lock per key and batch, and of
// revocations that wait for a busy signing server.
//
// A key that was rotated a moment ago counts too: a server learns of the rotation within its lease, which is a minute
// at most, and until then it signs with the old key. Those URLs expire before the key's salt is destroyed.
//
// A database whose default is asynchronous commit would answer before the rows are on disk, so that is undone for this
// transaction; anything stricter than `on` stays.
const INSERT = `
  WITH accepted AS MATERIALIZED (
    SELECT u.*
    FROM unnest($5::int8[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
      $13::text[], $14::int8[], $15::text[], $16::text[]) WITH ORDINALITY AS u (at, tenant_id, path, resource_id,
      signature_id, kid, actor, owner, reason, expires_at, ip_prefix, user_agent, n)
    JOIN signature_keys k ON k.kid = u.kid
      AND (k.state = 'active' OR k.state = 'retiring' AND k.retired_at > now() - interval '2 minutes')
  ), gone_in AS (
    INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
      actor, owner, reason, expires_at, ip_prefix, user_agent, holder, writer, batch_no, row_no, salt, commitment)
    SELECT ${timeOfMicros('u.at')}, 'issuance', u.tenant_id, u.path, u.resource_id, u.signature_id, u.kid,
      u.actor, u.owner, u.reason, ${timeOfMicros('u.expires_at')}, u.ip_prefix, u.user_agent, $3, $1, $2, u.n - 1,
      ${pieceOf('$17::bytea', SALT_BYTES)}, ${pieceOf('$18::bytea', HASH_BYTES)}
    FROM accepted u
    RETURNING row_no
  ), extent AS MATERIALIZED (
    SELECT count(*) AS row_count, min(at) AS first_at, max(at) AS last_at, count(*) = $21::int AS is_whole
    FROM accepted
  ), digest AS MATERIALIZED (
    SELECT extent.*,
      CASE WHEN is_whole THEN sha256($19::bytea) ELSE (
        SELECT sha256(${joined(pieceOf('$19::bytea', HASH_BYTES))}) FROM accepted u) END AS leaves,
      CASE WHEN is_whole THEN $22::bytea ELSE (
        SELECT ${joined(pieceOf('$22::bytea', MARK_BYTES))} FROM accepted u) END AS marks,
      CASE WHEN is_whole THEN NULL ELSE (SELECT array_agg((n - 1)::int ORDER BY n) FROM accepted) END AS row_numbers
    FROM extent
  ), batch AS (
    INSERT INTO audit_batches (writer, batch_no, attempt, row_count, first_at, last_at, leaves, marks, seal)
    SELECT $1, $2, $20, row_count, ${timeOfMicros('first_at')}, ${timeOfMicros('last_at')}, leaves, marks,
      sha256($4::bytea || ${integerField('first_at')} || ${integerField('last_at')} || ${integerField('row_count')}
        || '\\x00000020'::bytea || leaves)
    FROM digest
    RETURNING seal
  )
  SELECT is_whole AS "isWhole", row_numbers AS "rowNumbers", (SELECT seal FROM batch) AS seal, (SELECT count(*)::int FROM gone_in) AS written,
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
  FROM digest`;

/**
 * Inserts the rows whose key is active. Outside a transaction, its answer means that they are committed.
 *
 * @throws when the batch is already in (`isAlreadyIn`), and as PostgreSQL does
 */
export async function insertIssuances(
  connection: Connection,
  { batch, holder, issuances }: IssuanceBatch,
): Promise<RecordedBatch> {
  const { writer, batchNo, attempt } = batch.place;
  const { rows } = await connection.query<Answer>({
    name: 'audit-issuances',
    text: INSERT,
    values: [
      writer,
      batchNo,
      holder,
      batch.sealBeginning,
      ...columnsOf(issuances),
      Buffer.concat(issuances.map(({ salt }) => salt)),
      Buffer.concat(issuances.map(({ commitment }) => commitment)),
      batch.leaves,
      attempt,
      issuances.length,
      batch.marks,
    ],
  });
  const [answer] = rows;
  if (!answer) throw new Error('the database answered nothing');
  const { isWhole, seal, written } = answer;
  const rowNumbers = isWhole ? issuances.map((_issuance, rowNo) => rowNo) : (answer.rowNumbers ?? []);
  // A trigger or rule of somebody else's may drop rows without a word.
  return { rowNumbers: rowNumbers.length === written ? rowNumbers : [], seal };
}

/**
 * Which rows of a batch that is already in went in: looked for by their signature ids since nothing else is indexed,
 * and known by their salts, which no other row has.
 *
 * @returns row numbers, ascending
 */
export async function findIssuances(
  connection: Connection,
  { batch, issuances }: IssuanceBatch,
): Promise<number[]> {
  const times = issuances.map(({ row }) => row.at);
  const { rows } = await connection.query<{ row_no: number; salt: Buffer | null }>(
    `SELECT row_no, salt FROM resource_access_logs
     WHERE signature_id = ANY($3) AND writer = $1 AND batch_no = $2
       AND accessed_at BETWEEN ${timeOfMicros('$4::int8')} AND ${timeOfMicros('$5::int8')}
     ORDER BY row_no`,
    [
      batch.place.writer,
      batch.place.batchNo,
      issuances.map(({ row }) => row.signatureId),
      Math.min(...times),
      Math.max(...times),
    ],
  );
  return rows
    .filter(({ row_no, salt }) => salt !== null && issuances[row_no]?.salt.equals(salt))
    .map(({ row_no }) => row_no);
}

/** Column by column, in the order of `unnest` above. */
function columnsOf(issuances: readonly CleanIssuance[]): string[] {
  const column = (value: (row: CleanIssuance['row']) => string | number | null | undefined): string =>
    arrayLiteral(issuances.map(({ row }) => value(row)));
  return [
    column((row) => row.at),
    column((row) => row.tenantId),
    column((row) => row.path),
    column((row) => row.resourceId),
    column((row) => row.signatureId),
    column((row) => row.kid),
    column((row) => row.actor),
    column((row) => row.owner),
    column((row) => row.reason),
    column((row) => row.expiresAt),
    column((row) => row.ipPrefix),
    column((row) => row.userAgent),
  ];
}
