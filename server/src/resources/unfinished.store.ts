import type { TenantConnection } from '../platform/tenant-database.ts';
import { nameKey } from './name-key.ts';
import type { Resource } from './resource.ts';

/** A resource whose bytes are still to come. */
export interface AwaitedResource extends Pick<
  Resource,
  'id' | 'tenantId' | 'path' | 'kind' | 'ownerId' | 'displayName' | 'contentType' | 'size' | 'collectionId'
> {
  label: string | null;
  notes: string | null;
}

/** @returns false when the path is taken */
export async function insertAwaited(
  connection: TenantConnection,
  {
    id,
    tenantId,
    path,
    kind,
    ownerId,
    displayName,
    contentType,
    size,
    label,
    notes,
    collectionId,
  }: AwaitedResource,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO resources (id, tenant_id, path, kind, owner_id, state, display_name, name_key, content_type, size, label,
                            notes, uploaded_by, collection_id)
     VALUES ($1, $2, $3, $4, $5, 'awaiting', $6, $7, $8, $9, $10, $11, $5, $12) ON CONFLICT (tenant_id, path) DO NOTHING`,
    [
      ...[id, tenantId, path, kind, ownerId, displayName, nameKey(displayName)],
      ...[contentType, size, label, notes, collectionId],
    ],
  );
  return rowCount === 1;
}

/** Says that the first bytes have arrived. */
export async function markUploading(connection: TenantConnection, id: string): Promise<void> {
  await connection.query(
    `UPDATE resources SET state = 'uploading', updated_at = now() WHERE id = $1 AND state = 'awaiting'`,
    [id],
  );
}

/** @returns false when it is removed, or has got bytes in another way */
export async function completeAwaited(
  connection: TenantConnection,
  {
    id,
    state,
    contentType,
    objectKey,
    size,
    sha256,
  }: Pick<Resource, 'state' | 'id' | 'contentType' | 'objectKey' | 'size' | 'sha256'>,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE resources SET state = $6, content_type = $2, object_key = $3, size = $4, sha256 = $5, updated_at = now(), uploaded_at = now()
      WHERE id = $1 AND state IN ('awaiting', 'uploading')`,
    [id, contentType, objectKey, size, sha256, state],
  );
  return rowCount === 1;
}

export async function failAwaited(connection: TenantConnection, id: string): Promise<void> {
  await connection.query(
    `UPDATE resources SET state = 'failed', updated_at = now() WHERE id = $1 AND state IN ('awaiting', 'uploading')`,
    [id],
  );
}

/** Removes a resource that never had bytes. @returns whether there was one */
export async function removeUnfinished(connection: TenantConnection, id: string): Promise<boolean> {
  const { rowCount } = await connection.query(
    `DELETE FROM resources WHERE id = $1 AND state IN ('awaiting', 'uploading', 'failed')`,
    [id],
  );
  return rowCount === 1;
}
