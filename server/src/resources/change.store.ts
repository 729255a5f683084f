import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { Resource } from './resource.ts';

/** A resource as its changes see it. */
export interface LockedResource extends Pick<
  Resource,
  'id' | 'tenantId' | 'path' | 'ownerId' | 'kind' | 'state' | 'rotation'
> {
  /** Null before there are bytes. */
  objectKey: string | null;
  /** Id of the collection it is in. */
  collectionId: string | null;
  /** Bytes; null: not known yet. */
  size: number | null;
  ownerStatus: 'active' | 'revoked';
  /** Counts what is changed of the row. */
  revision: number;
  /** Id of the resource of which it is an older version. */
  versionOf: string | null;
}

const SEEN = `SELECT r.id, r.tenant_id AS "tenantId", r.path, r.owner_id AS "ownerId", r.kind, r.state, r.rotation,
    r.object_key AS "objectKey", r.collection_id AS "collectionId", r.size, r.revision, r.version_of AS "versionOf", o.status AS "ownerStatus"
  FROM resources r JOIN owners o USING (tenant_id, owner_id) WHERE r.tenant_id = $1 AND r.id = $2`;

/** The same without the lock: for telling what a change would do. */
export async function findForChange(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<LockedResource | undefined> {
  return (await connection.query<LockedResource>(SEEN, [tenantId, id])).rows[0];
}

/**
 * Takes the row's lock, which orders everything that changes this resource. Who also needs an owner's lock takes that
 * one before.
 */
export async function lockResource(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<LockedResource | undefined> {
  return (await connection.query<LockedResource>(`${SEEN} FOR UPDATE OF r`, [tenantId, id])).rows[0];
}

type Named = Pick<Resource, 'tenantId' | 'id'>;

/** Ends the old URLs of one resource. */
export async function rotateResource(connection: TenantConnection, { tenantId, id }: Named): Promise<void> {
  await connection.query(
    'UPDATE resources SET rotation = rotation + 1, updated_at = now() WHERE tenant_id = $1 AND id = $2',
    [tenantId, id],
  );
}

/** Gives the resource to an owner who is known, and ends its old URLs. */
export async function giveResource(
  connection: TenantConnection,
  { tenantId, id }: Named,
  owner: string,
): Promise<void> {
  await connection.query(
    `UPDATE resources SET owner_id = $3, rotation = rotation + 1, revision = revision + 1, updated_at = now()
      WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, owner],
  );
}

/** Puts other bytes in the place of those that were there, and ends the old URLs. */
export async function replaceBytes(
  connection: TenantConnection,
  { tenantId, id }: Named,
  stored: Pick<Resource, 'contentType' | 'objectKey' | 'size' | 'sha256'> & { uploadedBy: string },
): Promise<void> {
  await connection.query(
    `UPDATE resources SET state = 'completed', content_type = $3, object_key = $4, size = $5, sha256 = $6,
            uploaded_by = $7, scanned_with = NULL, version = version + 1, rotation = rotation + 1, updated_at = now(), uploaded_at = now(),
            duration_ms = NULL,
            revision = revision + 1
      WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, stored.contentType, stored.objectKey, stored.size, stored.sha256, stored.uploadedBy],
  );
}

/** Removes the resource; what is made at its path again goes on counting rotations, for as long as a URL may live. */
export async function deleteResource(
  connection: TenantConnection,
  resource: Pick<Resource, 'tenantId' | 'id' | 'path' | 'rotation'>,
): Promise<void> {
  const { tenantId, id } = resource;
  await connection.query('DELETE FROM resources WHERE tenant_id = $1 AND id = $2', [tenantId, id]);
  await retirePath(connection, resource);
}

/** Remembers of a path that a resource has left how often its URLs were ended. */
export async function retirePath(
  connection: TenantConnection,
  { tenantId, path, rotation }: Pick<Resource, 'tenantId' | 'path' | 'rotation'>,
): Promise<void> {
  await connection.query(
    `INSERT INTO retired_paths (tenant_id, path_hash, rotation, until)
     VALUES ($1, sha256(convert_to($2, 'UTF8')), $3, now() + INTERVAL '8 days')
     ON CONFLICT (tenant_id, path_hash) DO UPDATE
       SET rotation = greatest(retired_paths.rotation, EXCLUDED.rotation), until = EXCLUDED.until`,
    [tenantId, path, rotation],
  );
}

/** @returns the epoch of the deletion of a resource that is gone, and whose it was */
export async function findDeletion(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<{ epoch: number; ownerId: string | null } | undefined> {
  const { rows } = await connection.query<{ epoch: number; ownerId: string | null }>(
    `SELECT epoch, owner_id AS "ownerId" FROM receipts
      WHERE tenant_id = $1 AND subject = $2 AND change = 'path-deleted' ORDER BY epoch DESC LIMIT 1`,
    [tenantId, id],
  );
  return rows[0];
}

/** Locks everything under a prefix, in path order, so that two who do so wait for each other. @returns how many */
export async function lockPrefix(
  connection: TenantConnection,
  tenantId: string,
  prefix: string,
): Promise<number> {
  const { rows } = await connection.query<{ resources: number }>(
    `SELECT count(*)::int AS resources FROM (
       SELECT FROM resources WHERE tenant_id = $1 AND path ^@ $2 ORDER BY path FOR UPDATE) AS locked`,
    [tenantId, prefix],
  );
  return rows[0]?.resources ?? 0;
}

/**
 * Ends the old URLs of everything under a prefix, but of what this transaction has changed before: so it may be called
 * again for what came in meanwhile.
 *
 * @returns of how many resources
 */
export async function rotatePrefix(
  connection: TenantConnection,
  tenantId: string,
  prefix: string,
): Promise<number> {
  const { rowCount } = await connection.query(
    `UPDATE resources SET rotation = rotation + 1, updated_at = now()
      WHERE tenant_id = $1 AND path ^@ $2 AND xmin <> pg_current_xact_id()::xid`,
    [tenantId, prefix],
  );
  return rowCount ?? 0;
}

/** @returns how many resources are under a prefix */
export async function countPrefix(
  connection: TenantConnection,
  tenantId: string,
  prefix: string,
): Promise<number> {
  const { rows } = await connection.query<{ resources: number }>(
    'SELECT count(*)::int AS resources FROM resources WHERE tenant_id = $1 AND path ^@ $2',
    [tenantId, prefix],
  );
  return rows[0]?.resources ?? 0;
}

/** Notes that no resource has this object any more: it is to be removed, now or after a crash. */
export async function discardBlob(
  connection: TenantConnection,
  tenantId: string,
  objectKey: string,
): Promise<void> {
  await connection.query(
    'INSERT INTO discarded_blobs (tenant_id, object_key) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [tenantId, objectKey],
  );
}

/** @returns keys of all objects of the tenant that no resource has any more and that are not removed yet */
export async function discardedOf(connection: TenantConnection, tenantId: string): Promise<string[]> {
  const { rows } = await connection.query<{ objectKey: string }>(
    'SELECT object_key AS "objectKey" FROM discarded_blobs WHERE tenant_id = $1 ORDER BY object_key',
    [tenantId],
  );
  return rows.map(({ objectKey }) => objectKey);
}

/** @param db acts as `holder` @returns keys of objects that are to be removed now, oldest first */
export async function findDiscarded(db: Connection, most: number): Promise<string[]> {
  const { rows } = await db.query<{ objectKey: string }>(
    `SELECT object_key AS "objectKey" FROM discarded_blobs WHERE discarded_at <= now()
      ORDER BY discarded_at, object_key LIMIT $1`,
    [most],
  );
  return rows.map(({ objectKey }) => objectKey);
}

/** The objects are gone. @param db acts as `holder` */
export async function forgetDiscarded(db: Connection, objectKeys: readonly string[]): Promise<void> {
  await db.query('DELETE FROM discarded_blobs WHERE object_key = ANY($1)', [objectKeys]);
}

/** Paths whose last URL has expired begin anew. @param db acts as `holder` */
export async function forgetRetiredPaths(db: Connection): Promise<void> {
  await db.query('DELETE FROM retired_paths WHERE until < now()');
}
