import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { Upload } from './upload.ts';

const UPLOAD = `SELECT u.id, u.tenant_id AS "tenantId", u.how, u.content_type AS "contentType", u.size, u.sha256,
    u.expires_at AS "expiresAt", u.expires_at <= now() AS "isExpired", u.object_key AS "objectKey", coalesce(u.taking_until > now(), false) AS "isBeingTaken", u.ended, u.failure,
    CASE WHEN r.id IS NULL THEN NULL ELSE jsonb_build_object('id', r.id, 'ownerId', r.owner_id, 'displayName', r.display_name,
      'path', r.path, 'kind', r.kind, 'collectionId', r.collection_id, 'state', r.state) END AS resource
  FROM uploads u LEFT JOIN resources r ON r.id = u.resource_id`;

/** @returns the upload of this id in the tenant; its row is locked */
export async function lockUpload(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<Upload | undefined> {
  const { rows } = await connection.query<Upload>(
    `${UPLOAD} WHERE u.tenant_id = $1 AND u.id = $2 FOR UPDATE OF u`,
    [tenantId, id],
  );
  return rows[0];
}

/** @returns the upload of this id in the tenant */
export async function findUpload(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<Upload | undefined> {
  const { rows } = await connection.query<Upload>(`${UPLOAD} WHERE u.tenant_id = $1 AND u.id = $2`, [
    tenantId,
    id,
  ]);
  return rows[0];
}

/** An upload lives on until then. */
export async function prolongUpload(
  connection: TenantConnection,
  id: string,
  expiresAt: Date,
): Promise<void> {
  await connection.query('UPDATE uploads SET expires_at = $2 WHERE id = $1 AND ended IS NULL', [
    id,
    expiresAt,
  ]);
}

/** @returns the upload that is to fill this resource */
export async function uploadOf(
  connection: TenantConnection,
  tenantId: string,
  resourceId: string,
): Promise<Upload | undefined> {
  const { rows } = await connection.query<Upload>(`${UPLOAD} WHERE u.tenant_id = $1 AND u.resource_id = $2`, [
    tenantId,
    resourceId,
  ]);
  return rows[0];
}

/** A new upload. */
export interface NewUpload extends Pick<
  Upload,
  'id' | 'tenantId' | 'how' | 'contentType' | 'size' | 'sha256' | 'expiresAt'
> {
  resourceId: string;
}

export async function insertUpload(connection: TenantConnection, upload: NewUpload): Promise<void> {
  const { id, tenantId, resourceId, how, contentType, size, sha256, expiresAt } = upload;
  await connection.query(
    `INSERT INTO uploads (id, tenant_id, resource_id, how, content_type, size, sha256, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, tenantId, resourceId, how, contentType, size, sha256, expiresAt],
  );
}

/** Says where the bytes are going to be, before they are: so that a crash loses none. */
export async function noteObjectKey(
  connection: TenantConnection,
  id: string,
  objectKey: string,
): Promise<void> {
  await connection.query(
    `UPDATE uploads SET object_key = $2, taking_until = now() + INTERVAL '30 seconds' WHERE id = $1`,
    [id, objectKey],
  );
}

/** Lets others take it at once: whoever was taking it to this key has failed. */
export async function stopTaking(connection: TenantConnection, id: string, objectKey: string): Promise<void> {
  await connection.query('UPDATE uploads SET taking_until = NULL WHERE id = $1 AND object_key = $2', [
    id,
    objectKey,
  ]);
}

/** Whoever takes it is at work still. One that nobody takes stays so. */
export async function prolongTaking(connection: TenantConnection, id: string): Promise<void> {
  await connection.query(
    `UPDATE uploads SET taking_until = now() + INTERVAL '30 seconds'
      WHERE id = $1 AND ended IS NULL AND taking_until > now()`,
    [id],
  );
}

/** Ends an upload; its row stays until it has expired. */
export async function endUpload(
  connection: TenantConnection,
  id: string,
  ended: NonNullable<Upload['ended']>,
  failure: string | null = null,
): Promise<void> {
  await connection.query('UPDATE uploads SET ended = $2, failure = $3, object_key = NULL WHERE id = $1', [
    id,
    ended,
    failure,
  ]);
}

/** What had arrived of an upload that has ended is gone. */
export async function markCleared(connection: TenantConnection, id: string): Promise<void> {
  await connection.query('UPDATE uploads SET cleared = true WHERE id = $1', [id]);
}

export async function removeUpload(connection: TenantConnection, id: string): Promise<void> {
  await connection.query('DELETE FROM uploads WHERE id = $1', [id]);
}

/** @returns ids of uploads whose resource is this owner's */
export async function uploadsOfOwner(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `SELECT u.id FROM uploads u JOIN resources r ON r.id = u.resource_id
      WHERE u.tenant_id = $1 AND r.owner_id = $2`,
    [tenantId, ownerId],
  );
  return rows.map(({ id }) => id);
}

/** @param db acts as `holder` or for the tenant @returns whose upload this is, while it takes bytes */
export async function tenantOfOpen(db: Connection, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ tenantId: string }>(
    `SELECT tenant_id AS "tenantId" FROM uploads
     WHERE id = $1 AND ended IS NULL AND expires_at > now()
       AND EXISTS (SELECT FROM resources WHERE id = resource_id AND state <> 'failed')`,
    [id],
  );
  return rows[0]?.tenantId;
}

/** @param db acts as `holder` @returns uploads whose time was over so many seconds ago, or whose resource is gone */
export async function findExpired(
  db: Connection,
  seconds: number,
  limit: number,
): Promise<{ id: string; tenantId: string }[]> {
  const { rows } = await db.query<{ id: string; tenantId: string }>(
    `SELECT id, tenant_id AS "tenantId" FROM uploads
      WHERE expires_at < now() - $1 * INTERVAL '1 second' OR resource_id IS NULL AND ended IS NULL
      ORDER BY expires_at LIMIT $2`,
    [seconds, limit],
  );
  return rows;
}

/** @param db acts as `holder` @returns uploads that have ended while what had arrived of them is still there, after this id */
export async function findUncleared(
  db: Connection,
  after: string,
  limit: number,
): Promise<{ id: string; tenantId: string }[]> {
  const { rows } = await db.query<{ id: string; tenantId: string }>(
    `SELECT id, tenant_id AS "tenantId" FROM uploads
      WHERE ended IN ('cancelled', 'expired', 'failed') AND NOT cleared AND id > $1 ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** @param db acts as `holder` @returns those of these ids that are uploads */
export async function knownUploads(db: Connection, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM uploads WHERE id = ANY($1)', [ids]);
  return new Set(rows.map(({ id }) => id));
}
