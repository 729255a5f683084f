import type { Connection } from '../platform/database.ts';
import type { Position } from './cursor.ts';
import type { Condition } from './filter.store.ts';

/** A row as it is found. */
export interface FoundRow extends Position {
  at: Date;
  event: string;
  path: string | null;
  resourceId: string | null;
  signatureId: string | null;
  actor: string | null;
  owner: string | null;
  reason: string | null;
  expiresAt: Date | null;
  status: number | null;
  bytes: number | null;
  durationMs: number | null;
  ipPrefix: string | null;
  userAgent: string | null;
  holder: string | null;
}

/** What is read of a row, under the names of `FoundRow`. */
export const FOUND_COLUMNS = `
  accessed_at AS at, event, resource_path AS path, resource_id AS "resourceId", signature_id AS "signatureId", actor,
  owner, reason, expires_at AS "expiresAt", status, bytes::float8 AS bytes, duration_ms AS "durationMs",
  ip_prefix AS "ipPrefix", user_agent AS "userAgent", holder, writer, batch_no::float8 AS "batchNo", row_no AS "rowNo",
  (extract(epoch FROM accessed_at) * 1000000)::float8 AS micros`;

/** @returns at most `limit` rows, newest first */
export async function findRows(
  connection: Connection,
  { sql, values }: Condition,
  limit: number,
): Promise<FoundRow[]> {
  const { rows } = await connection.query<FoundRow>(
    `SELECT ${FOUND_COLUMNS} FROM resource_access_logs WHERE ${sql}
     ORDER BY accessed_at DESC, writer DESC, batch_no DESC, row_no DESC LIMIT $${values.length + 1}`,
    [...values, limit],
  );
  return rows;
}
