import { randomUUID } from 'node:crypto';
import type { Connection } from '../platform/database.ts';
import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';
import type { EventRow } from './rows.ts';

const INSERT = `
  WITH batch AS (
    INSERT INTO audit_batches (writer, batch_no, row_count) VALUES ($1, 0, 1)
  )
  INSERT INTO resource_access_logs (accessed_at, event, tenant_id, resource_path, resource_id, signature_id, kid,
    actor, owner, reason, bytes, ip_prefix, user_agent, holder, writer, batch_no, row_no)
  VALUES (date_trunc('milliseconds', clock_timestamp()), $2, $3, $4, $5, $6, $7,
    $8, $9, $10, $11, $12, $13, $14, $1, 0, 0)`;

/**
 * Records what the caller's transaction does, so that the row is there exactly when the change is.
 * Such a transaction is a writer of its own with one batch: one that is rolled back leaves no gap in anybody's numbers.
 *
 * @param connection inside a transaction of the caller
 */
export async function writeEvent(connection: Connection, row: EventRow): Promise<void> {
  await connection.query({
    name: 'audit-event',
    text: INSERT,
    values: [
      randomUUID(),
      row.event,
      row.tenantId,
      clean(row.path),
      row.resourceId,
      row.signatureId,
      row.kid,
      cleanUnchecked(row.actor),
      clean(row.owner),
      cleanUnchecked(row.reason),
      row.bytes,
      row.ipPrefix,
      cleanUserAgent(row.userAgent),
      row.holder,
    ],
  });
}
