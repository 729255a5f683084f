import type { TenantConnection } from '../platform/tenant-database.ts';
import type { HeldItem } from './erasure.ts';

/** An object that is still there. */
export interface ItemToDelete {
  resourceId: string;
  /** null: nothing was stored yet. */
  objectKey: string | null;
}

/**
 * Notes everything that this person owns now; what is noted already stays. Whoever overwrites or gives away one of these
 * at this moment is waited for, and whoever comes later finds that the owner is being erased.
 */
export async function noteItems(
  connection: TenantConnection,
  { tenantId, ownerId, erasureId }: { tenantId: string; ownerId: string; erasureId: string },
): Promise<void> {
  await connection.query(
    `INSERT INTO erasure_items (erasure_id, tenant_id, path_hash, resource_id, kind, size, object_key)
     SELECT e.erasure_id, r.tenant_id, sha256(e.path_salt || convert_to(r.path, 'UTF8')), r.id, r.kind, r.size, r.object_key
       FROM resources r JOIN erasures e ON e.erasure_id = $3
      WHERE r.tenant_id = $1 AND r.owner_id = $2 ORDER BY r.path FOR UPDATE OF r
     ON CONFLICT (erasure_id, resource_id) DO NOTHING`,
    [tenantId, ownerId, erasureId],
  );
}

/** @param after the id of the last one that was asked for; '' at first */
export async function itemsToDelete(
  connection: TenantConnection,
  erasureId: string,
  { after, limit }: { after: string; limit: number },
): Promise<ItemToDelete[]> {
  const { rows } = await connection.query<ItemToDelete>(
    `SELECT resource_id AS "resourceId", object_key AS "objectKey" FROM erasure_items
      WHERE erasure_id = $1 AND deleted_at IS NULL AND resource_id > $2 ORDER BY resource_id LIMIT $3`,
    [erasureId, after, limit],
  );
  return rows;
}

/** Their objects are gone, which somebody has looked at. @param derivatives how many pictures went with each */
export async function markDeleted(
  connection: TenantConnection,
  erasureId: string,
  gone: readonly { resourceId: string; derivatives: number }[],
): Promise<void> {
  await connection.query(
    `UPDATE erasure_items i SET deleted_at = clock_timestamp(), object_key = NULL, derivatives = g.derivatives
       FROM unnest($2::text[], $3::int[]) AS g (resource_id, derivatives)
      WHERE i.erasure_id = $1 AND i.resource_id = g.resource_id`,
    [erasureId, gone.map(({ resourceId }) => resourceId), gone.map(({ derivatives }) => derivatives)],
  );
}

/** @returns ids of resources whose objects are gone, in order, after this one */
export async function deletedItems(
  connection: TenantConnection,
  erasureId: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `SELECT resource_id AS id FROM erasure_items
      WHERE erasure_id = $1 AND deleted_at IS NOT NULL AND resource_id > $2 ORDER BY resource_id LIMIT $3`,
    [erasureId, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** @returns everything that was held, in the order of the hashes */
export async function heldItems(
  connection: TenantConnection,
  erasureId: string,
): Promise<(HeldItem & { kind: string; derivatives: number })[]> {
  const { rows } = await connection.query<{
    pathHash: Buffer;
    kind: string;
    size: number | null;
    deletedAt: Date;
    derivatives: number;
  }>(
    `SELECT path_hash AS "pathHash", kind, size, deleted_at AS "deletedAt", derivatives
       FROM erasure_items
      WHERE erasure_id = $1 ORDER BY path_hash, resource_id`,
    [erasureId],
  );
  return rows.map(({ pathHash, kind, size, deletedAt, derivatives }) => ({
    pathHash: pathHash.toString('hex'),
    kind,
    size: size ?? 0,
    deletedAt: deletedAt.toISOString(),
    derivatives,
  }));
}
