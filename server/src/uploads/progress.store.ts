import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** What an upload has come to. */
export interface UploadState {
  uploadId: string;
  tenantId: string;
  /** Null: the resource was removed, so nobody knows whose it was. */
  resourceId: string | null;
  ownerId: string | null;
  state: 'awaiting' | 'uploading' | 'examining' | 'completed' | 'failed' | 'quarantined' | 'cancelled';
  /** Bytes of the whole file; null: not known yet. */
  size: number | null;
  /** Bytes that have arrived; null: this server does not see them arrive. */
  received: number | null;
  /** Code of the problem that failed it. */
  failure: string | null;
  /** Microseconds since 1970; of two states of an upload the later one has more. */
  changedAt: number;
}

const STATE = `u.id AS "uploadId", u.tenant_id AS "tenantId", r.id AS "resourceId", r.owner_id AS "ownerId",
  CASE WHEN u.ended IN ('cancelled', 'expired') OR r.id IS NULL THEN 'cancelled'
       WHEN u.ended IS NULL AND u.taking_until > now() THEN 'examining'
       ELSE r.state END AS state,
  u.size, CASE WHEN u.ended = 'completed' THEN u.size ELSE u.received END AS received, u.failure,
  (extract(epoch FROM u.changed_at) * 1000000)::bigint AS "changedAt"`;

/** @returns uploads of somebody that are under way, or ended in the last ten minutes; the newest, oldest first */
export async function uploadStates(
  connection: TenantConnection,
  { tenantId, ownerId, limit }: { tenantId: string; ownerId: string; limit: number },
): Promise<UploadState[]> {
  const { rows } = await connection.query<UploadState>(
    `SELECT ${STATE} FROM uploads u JOIN resources r ON r.id = u.resource_id
      WHERE u.tenant_id = $1 AND r.owner_id = $2 AND (u.ended IS NULL OR u.changed_at > now() - INTERVAL '10 minutes')
      ORDER BY u.changed_at DESC LIMIT $3`,
    [tenantId, ownerId, limit],
  );
  return rows.reverse();
}

/** @param db acts as `holder` @returns what has changed in the last so many seconds, oldest first */
export async function changedUploads(db: Connection, seconds: number): Promise<UploadState[]> {
  const { rows } = await db.query<UploadState>({
    name: 'changed-uploads',
    text: `SELECT ${STATE} FROM uploads u LEFT JOIN resources r ON r.id = u.resource_id
      WHERE u.changed_at > now() - $1 * INTERVAL '1 second' ORDER BY u.changed_at`,
    values: [seconds],
  });
  return rows;
}

/** Says how many bytes have arrived. @returns false when the upload takes none any more */
export async function noteReceived(
  connection: TenantConnection,
  uploadId: string,
  received: number,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE uploads SET received = $2 WHERE id = $1 AND ended IS NULL
        AND EXISTS (SELECT FROM resources WHERE id = resource_id AND state <> 'failed')`,
    [uploadId, received],
  );
  return rowCount === 1;
}

/** @returns whether the keys of this person were taken away */
export async function isRevoked(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `SELECT FROM owners WHERE tenant_id = $1 AND owner_id = $2 AND status = 'revoked'`,
    [tenantId, ownerId],
  );
  return rowCount === 1;
}
