import type { TenantConnection } from '../platform/tenant-database.ts';
import type { LockedResource } from './change.store.ts';
import { retirePath } from './change.store.ts';
import { continueRotation } from './store.ts';
import type { KeptVersion } from './version.store.ts';

/** What a move must know of a resource that has its bytes. */
export interface MovableResource extends LockedResource {
  state: 'completed';
  objectKey: string;
  displayName: string;
  contentType: string;
  size: number;
  sha256: Buffer;
  /** Stands for the owner in paths. */
  ownerHandle: string;
}

/** One that cannot be moved now: it may have no bytes, so nothing is told of them. */
interface UnmovableResource extends LockedResource {
  state: Exclude<LockedResource['state'], 'completed'>;
}

/** @returns undefined: there is none */
export async function findMovable(
  connection: TenantConnection,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<MovableResource | UnmovableResource | undefined> {
  const { rows } = await connection.query<MovableResource | UnmovableResource>(
    `SELECT r.id, r.tenant_id AS "tenantId", r.path, r.owner_id AS "ownerId", r.kind, r.state, r.rotation,
            r.object_key AS "objectKey", o.status AS "ownerStatus", r.collection_id AS "collectionId", r.revision,
            r.version_of AS "versionOf",
            r.display_name AS "displayName", r.content_type AS "contentType", r.size, r.sha256, o.handle AS "ownerHandle"
       FROM resources r JOIN owners o USING (tenant_id, owner_id)
      WHERE r.tenant_id = $1 AND r.id = $2`,
    [tenantId, id],
  );
  return rows[0];
}

/** Where a resource is to be. */
export interface Place {
  path: string;
  collectionId: string | null;
}

/**
 * Where a resource is to be; undefined: it is there. Asked before the bytes are copied, and again when the row is locked.
 *
 * @throws Problem whatever forbids it
 */
export type MoveRule = (
  connection: TenantConnection,
  resource: MovableResource,
) => Promise<Place | undefined>;

/** @returns whether a resource of the tenant is at this path */
export async function isTaken(
  connection: TenantConnection,
  tenantId: string,
  path: string,
): Promise<boolean> {
  const { rows } = await connection.query('SELECT FROM resources WHERE tenant_id = $1 AND path = $2', [
    tenantId,
    path,
  ]);
  return rows.length === 1;
}

/**
 * Puts a resource to another path, with other bytes that are the same. No URL of either path from before opens it: what is
 * made at the old one goes on counting, and so does this at the new one.
 */
export async function moveResource(
  connection: TenantConnection,
  resource: LockedResource,
  { path, collectionId }: Place,
  objectKey: string,
): Promise<void> {
  const { tenantId, id } = resource;
  await connection.query(
    `UPDATE resources SET path = $3, collection_id = $4, object_key = $5, rotation = 0, revision = revision + 1,
            updated_at = now()
      WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, path, collectionId, objectKey],
  );
  await continueRotation(connection, { tenantId, id, path });
  await retirePath(connection, resource);
}

/**
 * Puts an older version below the new path of its document. Its bytes stay where they are: who opens it must be its owner
 * or see everything, in the collection as before.
 *
 * @returns its new path
 */
export async function moveVersion(
  connection: TenantConnection,
  version: Pick<KeptVersion, 'tenantId' | 'id' | 'path' | 'rotation'>,
  { from, to }: { from: string; to: string },
): Promise<string> {
  const { tenantId, id } = version;
  const path = `${to}${version.path.slice(from.length)}`;
  await connection.query(
    'UPDATE resources SET path = $3, rotation = 0, updated_at = now() WHERE tenant_id = $1 AND id = $2',
    [tenantId, id, path],
  );
  await continueRotation(connection, { tenantId, id, path });
  await retirePath(connection, version);
  return path;
}

/** @returns from where to where a change of this number has moved something; undefined: the log has it no more */
export async function movedPaths(
  connection: TenantConnection,
  tenantId: string,
  epoch: number,
): Promise<readonly string[] | undefined> {
  const { rows } = await connection.query<{ paths: string[] }>(
    'SELECT paths FROM epoch_log WHERE tenant_id = $1 AND n = $2',
    [tenantId, epoch],
  );
  return rows[0]?.paths;
}
