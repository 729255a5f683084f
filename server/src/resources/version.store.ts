import type { TenantConnection } from '../platform/tenant-database.ts';
import { deleteResource, discardBlob, type LockedResource } from './change.store.ts';
import { nameKey } from './name-key.ts';
import type { Resource } from './resource.ts';

/** Bytes that were overwritten: a resource of their own, of the same owner, at a path below the one they had. */
export interface KeptVersion extends Pick<
  Resource,
  | 'id'
  | 'tenantId'
  | 'path'
  | 'state'
  | 'version'
  | 'rotation'
  | 'contentType'
  | 'size'
  | 'sha256'
  | 'objectKey'
> {
  /** When the bytes arrived. */
  uploadedAt: Date;
  /** Principal id; null: not known. */
  uploadedBy: string | null;
}

const COLUMNS = `id, tenant_id AS "tenantId", path, state, version, rotation, content_type AS "contentType", size, sha256,
  object_key AS "objectKey", created_at AS "uploadedAt", uploaded_by AS "uploadedBy"`;

/** @returns older versions of a resource, newest first */
export async function listVersions(
  connection: TenantConnection,
  { tenantId, id }: Pick<Resource, 'tenantId' | 'id'>,
): Promise<KeptVersion[]> {
  const { rows } = await connection.query<KeptVersion>(
    `SELECT ${COLUMNS} FROM resources WHERE tenant_id = $1 AND version_of = $2 ORDER BY version DESC`,
    [tenantId, id],
  );
  return rows;
}

/** As `listVersions`; their rows are locked. Called with the lock of the resource itself. */
export async function lockVersions(
  connection: TenantConnection,
  { tenantId, id }: Pick<Resource, 'tenantId' | 'id'>,
): Promise<KeptVersion[]> {
  // In the order of paths, as whoever locks all that begins with one does.
  const { rows } = await connection.query<KeptVersion>(
    `SELECT ${COLUMNS} FROM resources WHERE tenant_id = $1 AND version_of = $2 ORDER BY path FOR UPDATE`,
    [tenantId, id],
  );
  return rows.sort((one, other) => other.version - one.version);
}

/** What is kept of bytes that are about to be replaced. */
export interface PresentBytes extends Pick<
  Resource,
  'contentType' | 'size' | 'sha256' | 'objectKey' | 'version'
> {
  displayName: string;
  uploadedAt: Date;
  uploadedBy: string | null;
  scannedWith: string | null;
}

/** @returns the bytes that are there now */
export async function presentBytes(
  connection: TenantConnection,
  { tenantId, id }: Pick<Resource, 'tenantId' | 'id'>,
): Promise<PresentBytes | undefined> {
  const { rows } = await connection.query<PresentBytes>(
    `SELECT display_name AS "displayName", content_type AS "contentType", size, sha256, object_key AS "objectKey",
            version, coalesce(uploaded_at, created_at) AS "uploadedAt", uploaded_by AS "uploadedBy",
            scanned_with AS "scannedWith"
       FROM resources WHERE tenant_id = $1 AND id = $2 AND state = 'completed'`,
    [tenantId, id],
  );
  return rows[0];
}

/** Makes bytes that the resource had a version of it. The object must be the resource's no more. */
export async function insertVersion(
  connection: TenantConnection,
  of: LockedResource,
  bytes: PresentBytes,
  at: { id: string; path: string },
): Promise<void> {
  await connection.query(
    `INSERT INTO resources (id, tenant_id, path, kind, owner_id, state, display_name, name_key, content_type, size, sha256,
                            object_key, version, version_of, created_at, updated_at, uploaded_by, scanned_with)
     VALUES ($1, $2, $3, $4, $5, 'completed', $6, $7, $8, $9, $10, $11, $12, $13, $14, now(), $15, $16)`,
    [
      ...[at.id, of.tenantId, at.path, of.kind, of.ownerId, bytes.displayName, nameKey(bytes.displayName)],
      ...[bytes.contentType, bytes.size, bytes.sha256, bytes.objectKey, bytes.version, of.id],
      ...[bytes.uploadedAt, bytes.uploadedBy, bytes.scannedWith],
    ],
  );
}

/** Removes a version; its bytes go when nobody serves them any more. */
export async function removeVersion(connection: TenantConnection, version: KeptVersion): Promise<void> {
  await deleteResource(connection, version);
  await discardBlob(connection, version.tenantId, version.objectKey);
}
