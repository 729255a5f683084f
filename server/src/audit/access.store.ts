import { arrayLiteral } from '../platform/array-literal.ts';
import type { Connection } from '../platform/database.ts';
import type { SealableAccess } from './access-row.ts';
import type { Batch } from './batch.ts';
import { HASH_BYTES, SALT_BYTES } from './leaf.ts';
import { timeOfMicros } from './micros.store.ts';
import { pieceOf } from './packed-bytes.store.ts';

/** One segment of a spool, which goes in as one batch under the segment's number. */
export interface AccessBatch {
  batch: Batch;
  holder: string;
  /** In the order of the batch's rows. */
  accesses: readonly SealableAccess[];
}

const COLUMN_TYPES = [
  'int8',
  ...['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text'],
  'int8',
  ...['int2', 'int8', 'int4'],
  ...['text', 'text'],
];

const INSERT = `
  WITH batch AS (
    INSERT INTO audit_batches (writer, batch_no, attempt, row_count, first_at, last_at, leaves, marks, seal)
    VALUES ($1, $2, $4, $5, ${timeOfMicros('$6::int8')}, ${timeOfMicros('$7::int8')}, $8, $9, $10)
  )
  INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
    actor, owner, reason, expires_at, status, bytes, duration_ms, ip_prefix, user_agent, holder, writer, batch_no, row_no,
    salt, commitment)
  SELECT ${timeOfMicros('u.at')}, u.event, u.tenant_id, u.path, u.resource_id, u.signature_id, u.kid,
    u.actor, u.owner, u.reason, ${timeOfMicros('u.expires_at')}, u.status, u.bytes, u.duration_ms, u.ip_prefix,
    u.user_agent, $3, $1, $2, u.n - 1, ${pieceOf('$11::bytea', SALT_BYTES)}, ${pieceOf('$12::bytea', HASH_BYTES)}
  FROM unnest(${COLUMN_TYPES.map((type, index) => `$${index + 13}::${type}[]`).join(', ')}) WITH ORDINALITY
    AS u (at, event, tenant_id, path, resource_id, signature_id, kid, actor, owner, reason, expires_at, status, bytes,
    duration_ms, ip_prefix, user_agent, n)`;

/**
 * Inserts the rows of one segment together with the batch's number: outside a transaction all of it is committed when
 * this returns, or nothing.
 *
 * @returns the batch's seal
 * @throws when the batch is already in (`isAlreadyIn`), and as PostgreSQL does
 */
export async function insertAccesses(
  connection: Connection,
  { batch, holder, accesses }: AccessBatch,
): Promise<Buffer> {
  const { writer, batchNo, attempt } = batch.place;
  const { rowCount, firstAt, lastAt, leaves, marks, seal } = batch.sealed();
  const { rowCount: written } = await connection.query({
    name: 'audit-accesses',
    text: INSERT,
    values: [
      ...[writer, batchNo, holder, attempt, rowCount, firstAt, lastAt, leaves, marks, seal],
      Buffer.concat(accesses.map(({ salt }) => salt)),
      Buffer.concat(accesses.map(({ commitment }) => commitment)),
      ...columnsOf(accesses),
    ],
  });
  if (written !== rowCount) throw new Error(`of ${rowCount} rows ${written ?? 0} went in`);
  return seal;
}

/** Column by column, in the order of `unnest` above. */
function columnsOf(accesses: readonly SealableAccess[]): string[] {
  const column = (value: (row: SealableAccess['row']) => string | number | null | undefined): string =>
    arrayLiteral(accesses.map(({ row }) => value(row)));
  return [
    column((row) => row.at),
    column((row) => row.event),
    column((row) => row.tenantId),
    column((row) => row.path),
    column((row) => row.resourceId),
    column((row) => row.signatureId),
    column((row) => row.kid),
    column((row) => row.actor),
    column((row) => row.owner),
    column((row) => row.reason),
    column((row) => row.expiresAt),
    column((row) => row.status),
    column((row) => row.bytes),
    column((row) => row.durationMs),
    column((row) => row.ipPrefix),
    column((row) => row.userAgent),
  ];
}
