import { READ_AT, type ReadAt } from '../leases/read-at.store.ts';
import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { nameKey } from './name-key.ts';
import type { Resource } from './resource.ts';

const COLUMNS = `id, tenant_id AS "tenantId", path, kind, owner_id AS "ownerId", state,
  display_name AS "displayName", content_type AS "contentType", size, sha256,
  object_key AS "objectKey", version, rotation, created_at AS "createdAt", collection_id AS "collectionId"`;

/**
 * @param db acts as `holder` for the paths of several tenants, or for one tenant
 * @returns the resources at those paths that have, or had, bytes, in no order: what waits for its bytes would be kept so
 */
export async function findResources(
  db: Connection,
  tenantIds: readonly string[],
  paths: readonly string[],
): Promise<(Resource & ReadAt)[]> {
  const { rows } = await db.query<Resource & ReadAt>({
    name: 'resources-by-path',
    text: `SELECT ${COLUMNS}, ${READ_AT} FROM resources
            WHERE (tenant_id, path) IN (SELECT * FROM unnest($1::text[], $2::text[]))
              AND state NOT IN ('awaiting', 'uploading')`,
    values: [tenantIds, paths],
  });
  return rows;
}

/** A resource before it is stored; what is not known of its bytes yet is null. */
export interface NewResourceRow extends Omit<
  Resource,
  'contentType' | 'size' | 'sha256' | 'objectKey' | 'collectionId'
> {
  contentType: string | null;
  size: number | null;
  sha256: Buffer | null;
  objectKey: string | null;
  /** Id of the collection it is in. */
  collectionId?: string | null | undefined;
  label?: string | null | undefined;
  notes?: string | null | undefined;
}

/** @returns false when the path is taken */
export async function insertResource(
  connection: TenantConnection,
  resource: NewResourceRow,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO resources (id, tenant_id, path, kind, owner_id, state, display_name, content_type, size, sha256,
                            object_key, version, created_at, updated_at, name_key, collection_id, label, notes,
                            uploaded_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17, $5)
     ON CONFLICT (tenant_id, path) DO NOTHING`,
    [
      resource.id,
      resource.tenantId,
      resource.path,
      resource.kind,
      resource.ownerId,
      resource.state,
      resource.displayName,
      resource.contentType,
      resource.size,
      resource.sha256,
      resource.objectKey,
      resource.version,
      resource.createdAt,
      nameKey(resource.displayName),
      resource.collectionId ?? null,
      resource.label ?? null,
      resource.notes ?? null,
    ],
  );
  return rowCount === 1;
}

/** SQL of the hash in `retired_paths` that stands for all paths of a tenant; no path is empty. */
export const EVERY_PATH = `sha256(''::bytea)`;

/**
 * Lets a path on which something was before go on counting, so that no URL from then opens what is there now.
 *
 * A statement of its own: the one that inserts may have waited for the one that deleted, and cannot see what it left.
 *
 * @returns the rotation of the resource that was just inserted
 */
export async function continueRotation(
  connection: TenantConnection,
  { id, tenantId, path }: Pick<Resource, 'id' | 'tenantId' | 'path'>,
): Promise<number> {
  const { rows } = await connection.query<{ rotation: number }>(
    `UPDATE resources r SET rotation = t.rotation
       FROM (SELECT sum(rotation + CASE WHEN path_hash = ${EVERY_PATH} THEN 0 ELSE 1 END)::int AS rotation
               FROM retired_paths
              WHERE tenant_id = $1 AND path_hash IN (${EVERY_PATH}, sha256(convert_to($3, 'UTF8')))) t
      WHERE r.tenant_id = $1 AND r.id = $2 AND t.rotation IS NOT NULL RETURNING r.rotation`,
    [tenantId, id, path],
  );
  return rows[0]?.rotation ?? 0;
}

/** @returns how many resources are this owner's, in whatever state */
export async function countResources(
  connection: Connection,
  tenantId: string,
  ownerId: string,
): Promise<number> {
  const { rows } = await connection.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM resources WHERE tenant_id = $1 AND owner_id = $2',
    [tenantId, ownerId],
  );
  return rows[0]?.n ?? 0;
}

/** Which resources of an owner. */
export interface OwnedFilter {
  tenantId: string;
  ownerId: string;
  /** Beginning of the path; empty: all. */
  prefix: string;
  /** Leaves out paths that begin with this. */
  notUnder?: string | undefined;
}

/** @returns ids in path order, of every state; older versions share the fate of their resource */
export async function ownedBy(
  connection: TenantConnection,
  { tenantId, ownerId, prefix, notUnder }: OwnedFilter,
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `SELECT id FROM resources
      WHERE tenant_id = $1 AND owner_id = $2 AND version_of IS NULL AND starts_with(path, $3)
        AND ($4::text IS NULL OR NOT starts_with(path, $4)) ORDER BY path`,
    [tenantId, ownerId, prefix, notUnder ?? null],
  );
  return rows.map(({ id }) => id);
}
