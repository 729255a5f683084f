import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** Bytes that the scanner has not looked at with these signatures. */
export interface UnscannedResource {
  id: string;
  tenantId: string;
  objectKey: string;
  size: number;
}

/** @param db acts as `holder` @param after id of the last one before @returns complete ones and versions, in the order of ids */
export async function findUnscanned(
  db: Connection,
  { signatures, after, limit }: { signatures: string; after: string; limit: number },
): Promise<UnscannedResource[]> {
  const { rows } = await db.query<UnscannedResource>(
    `SELECT id, tenant_id AS "tenantId", object_key AS "objectKey", size FROM resources
      WHERE state = 'completed' AND scanned_with IS DISTINCT FROM $1 AND id > $2 ORDER BY id LIMIT $3`,
    [signatures, after, limit],
  );
  return rows;
}

/** Notes that these bytes were looked at, unless there are others by now. */
export async function markScanned(
  connection: TenantConnection,
  { tenantId, id, objectKey }: UnscannedResource,
  signatures: string,
): Promise<void> {
  await connection.query(
    'UPDATE resources SET scanned_with = $4 WHERE tenant_id = $1 AND id = $2 AND object_key = $3',
    [tenantId, id, objectKey, signatures],
  );
}
