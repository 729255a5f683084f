import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** Whose resources. */
interface Owner {
  tenantId: string;
  ownerId: string;
}

/** One resource of an owner. */
export interface OwnedResource {
  path: string;
  kind: string;
  size: number;
}

/** @returns what this person owns, in path order */
export async function ownedResources(
  connection: Connection,
  { tenantId, ownerId }: Owner,
  limit: number,
): Promise<{ items: OwnedResource[]; total: number; bytes: number; forOthers: number }> {
  const items = await connection.query<OwnedResource>(
    `SELECT path, kind, coalesce(size, 0)::float8 AS size FROM resources
      WHERE tenant_id = $1 AND owner_id = $2 ORDER BY path LIMIT $3`,
    [tenantId, ownerId, limit],
  );
  const sums = await connection.query<{ total: number; bytes: number; forOthers: number }>(
    `SELECT count(*)::int AS total, coalesce(sum(size), 0)::float8 AS bytes,
            count(*) FILTER (WHERE NOT starts_with(path, 'users/'))::int AS "forOthers"
       FROM resources WHERE tenant_id = $1 AND owner_id = $2`,
    [tenantId, ownerId],
  );
  return { items: items.rows, ...(sums.rows[0] ?? { total: 0, bytes: 0, forOthers: 0 }) };
}

/** @returns paths of complete resources, spread over all that this person owns */
export async function somePaths(
  connection: TenantConnection,
  { tenantId, ownerId }: Owner,
  limit: number,
): Promise<string[]> {
  const { rows } = await connection.query<{ path: string }>(
    `SELECT path FROM resources WHERE tenant_id = $1 AND owner_id = $2 AND state = 'completed' ORDER BY id LIMIT $3`,
    [tenantId, ownerId, limit],
  );
  return rows.map(({ path }) => path);
}

/**
 * Removes rows of resources. Where others had URLs before, whatever is made at the path again goes on counting rotations,
 * as after a deletion: those URLs are of keys that live.
 *
 * @returns what was removed; one that is no longer this owner's stays
 */
export async function removeOwned(
  connection: TenantConnection,
  { tenantId, ownerId }: Owner,
  ids: readonly string[],
): Promise<{ paths: string[]; bytes: number }> {
  const { rows } = await connection.query<{ path: string; size: number | null }>(
    `WITH removed AS (
       DELETE FROM resources WHERE tenant_id = $1 AND owner_id = $2 AND id = ANY($3) RETURNING path, size, rotation),
     retired AS (
       INSERT INTO retired_paths (tenant_id, path_hash, rotation, until)
       SELECT $1, sha256(convert_to(path, 'UTF8')), rotation, now() + INTERVAL '8 days' FROM removed WHERE rotation > 0
       ON CONFLICT (tenant_id, path_hash) DO UPDATE
         SET rotation = greatest(retired_paths.rotation, EXCLUDED.rotation), until = EXCLUDED.until)
     SELECT path, size FROM removed`,
    [tenantId, ownerId, ids],
  );
  return {
    paths: rows.map(({ path }) => path),
    bytes: rows.reduce((sum, { size }) => sum + (size ?? 0), 0),
  };
}

/** Names this person no more where he brought bytes to what is somebody else's. */
export async function forgetUploader(
  connection: TenantConnection,
  { tenantId, ownerId }: Owner,
): Promise<void> {
  await connection.query(
    'UPDATE resources SET uploaded_by = NULL WHERE tenant_id = $1 AND uploaded_by = $2',
    [tenantId, ownerId],
  );
}
