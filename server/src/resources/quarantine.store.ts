import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { discardBlob, type LockedResource } from './change.store.ts';
import type { Resource } from './resource.ts';

/** What is in quarantine, as lists show it. */
export type QuarantinedResource = Pick<
  Resource,
  | 'id'
  | 'path'
  | 'kind'
  | 'ownerId'
  | 'state'
  | 'displayName'
  | 'contentType'
  | 'size'
  | 'sha256'
  | 'objectKey'
  | 'createdAt'
>;

const COLUMNS = `id, path, kind, owner_id AS "ownerId", state, display_name AS "displayName",
  content_type AS "contentType", size, sha256, object_key AS "objectKey", created_at AS "createdAt"`;

/** Lets nobody sign or open it, and ends its old URLs, for the time after it is released too. */
export async function quarantineResource(
  connection: TenantConnection,
  { tenantId, id }: Pick<Resource, 'tenantId' | 'id'>,
): Promise<void> {
  await connection.query(
    `UPDATE resources SET state = 'quarantined', rotation = rotation + 1, updated_at = now()
      WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id],
  );
}

/** Makes it a resource again, with these bytes; others that it had are to be removed. */
export async function releaseResource(
  connection: TenantConnection,
  { tenantId, id, objectKey }: LockedResource,
  stored: Pick<Resource, 'contentType' | 'objectKey' | 'size' | 'sha256'>,
): Promise<void> {
  await connection.query(
    `UPDATE resources SET state = 'completed', content_type = $3, object_key = $4, size = $5, sha256 = $6,
            rotation = rotation + 1, updated_at = now()
      WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, stored.contentType, stored.objectKey, stored.size, stored.sha256],
  );
  if (objectKey !== null && objectKey !== stored.objectKey)
    await discardBlob(connection, tenantId, objectKey);
}

/** @returns one page of what is in quarantine, in the order of ids, and how many there are in all */
export async function listQuarantined(
  db: TenantDatabase,
  { tenantId, after, limit }: { tenantId: string; after: string | undefined; limit: number },
): Promise<{ items: QuarantinedResource[]; total: number }> {
  const where = `tenant_id = $1 AND state = 'quarantined' AND object_key IS NOT NULL`;
  return readForTenant(db, tenantId, async (connection) => {
    const page = await connection.query<QuarantinedResource>(
      `SELECT ${COLUMNS} FROM resources WHERE ${where} AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [tenantId, after ?? null, limit],
    );
    const count = await connection.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM resources WHERE ${where}`,
      [tenantId],
    );
    return { items: page.rows, total: count.rows[0]?.total ?? 0 };
  });
}

/** @returns a resource that has bytes, whatever its state */
export async function findExaminable(
  db: TenantDatabase,
  tenantId: string,
  id: string,
): Promise<QuarantinedResource | undefined> {
  const { rows } = await readForTenant(db, tenantId, (connection) =>
    connection.query<QuarantinedResource>(
      `SELECT ${COLUMNS} FROM resources WHERE tenant_id = $1 AND id = $2 AND object_key IS NOT NULL`,
      [tenantId, id],
    ),
  );
  return rows[0];
}
