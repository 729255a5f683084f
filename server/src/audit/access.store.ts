import type { Connection } from '../platform/database.ts';
import type { AccessLine } from './spool-line.ts';

/** One segment of a spool, which goes in as one batch under the segment's number. */
export interface AccessBatch {
  writer: string;
  batchNo: number;
  holder: string;
  rows: readonly AccessLine[];
}

const COLUMN_TYPES = [
  'float8',
  ...['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text'],
  'float8',
  ...['int2', 'int8', 'int4'],
  ...['text', 'text'],
];

const INSERT = `
  WITH batch AS (
    INSERT INTO audit_batches (writer, batch_no, row_count) VALUES ($1, $2, $4)
  )
  INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
    actor, owner, reason, expires_at, status, bytes, duration_ms, ip_prefix, user_agent, holder, writer, batch_no, row_no)
  SELECT to_timestamp(u.at / 1000), u.event, u.tenant_id, u.path, u.resource_id, u.signature_id, u.kid,
    u.actor, u.owner, u.reason, to_timestamp(u.expires_at / 1000), u.status, u.bytes, u.duration_ms, u.ip_prefix,
    u.user_agent, $3, $1, $2, u.n - 1
  FROM unnest(${COLUMN_TYPES.map((type, index) => `$${index + 5}::${type}[]`).join(', ')}) WITH ORDINALITY
    AS u (at, event, tenant_id, path, resource_id, signature_id, kid, actor, owner, reason, expires_at, status, bytes,
    duration_ms, ip_prefix, user_agent, n)`;

/**
 * Inserts the rows of one segment together with the batch's number: outside a transaction all of it is committed when
 * this returns, or nothing.
 *
 * @throws when the batch is already in (`isAlreadyIn`), and as PostgreSQL does
 */
export async function insertAccesses(connection: Connection, batch: AccessBatch): Promise<void> {
  const { writer, batchNo, holder, rows } = batch;
  const columns = COLUMN_TYPES.map((_type, column) => rows.map((row) => row[column]));
  await connection.query({
    name: 'audit-accesses',
    text: INSERT,
    values: [writer, batchNo, holder, rows.length, ...columns],
  });
}
