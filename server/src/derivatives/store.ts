import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** Name of the row that is the poster of a film: its pictures are made of it. */
export const POSTER = 'poster';

/** A derivative that is made. */
export interface MadeDerivative {
  objectKey: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** 32 bytes. */
  sha256: Buffer;
}

/** A derivative as its row has it. */
export interface DerivativeRow {
  objectKey: string;
  contentType: string | null;
  size: number | null;
  sha256: Buffer | null;
  /** Why it cannot be made. */
  failure: string | null;
  /** Somebody makes it, or has died of it. */
  isUnderWay: boolean;
  /** Whoever made it has not ended in time, or what failed may be tried again. */
  isAbandoned: boolean;
  /** Since it failed nobody has tried for so long, seconds. */
  pauseSeconds: number | null;
}

/** Which derivative. */
export interface DerivativeId {
  tenantId: string;
  /** Where the bytes are of which it is made. */
  sourceKey: string;
  name: string;
}

const ROW = `object_key AS "objectKey", content_type AS "contentType", size, sha256, failure,
  making_until IS NOT NULL AS "isUnderWay", coalesce(making_until < now() OR retry_at < now(), false) AS "isAbandoned",
  extract(epoch FROM retry_at - changed_at)::float8 AS "pauseSeconds"`;

/** @returns the row of a derivative @param locks until the transaction ends */
export async function findDerivative(
  connection: TenantConnection,
  { tenantId, sourceKey, name }: DerivativeId,
  locks = false,
): Promise<DerivativeRow | undefined> {
  const { rows } = await connection.query<DerivativeRow>(
    `SELECT ${ROW} FROM derivatives WHERE tenant_id = $1 AND source_key = $2 AND name = $3${locks ? ' FOR UPDATE' : ''}`,
    [tenantId, sourceKey, name],
  );
  return rows[0];
}

/** What a derivative is made of: the bytes of a resource, or the poster of one. */
export interface Source {
  tenantId: string;
  /** Object key of the resource. */
  resourceKey: string;
  /** Where the bytes are. */
  sourceKey: string;
}

/**
 * Whether these bytes are those of a resource that may be signed, of an owner who is not revoked. Until the transaction
 * ends neither changes: whoever removes them finds what it writes.
 */
export async function holdSource(
  connection: TenantConnection,
  { tenantId, resourceKey, sourceKey }: Source,
): Promise<boolean> {
  // Owners are locked before resources, everywhere.
  const owner = await connection.query<{ ownerId: string }>(
    `SELECT owner_id AS "ownerId" FROM owners WHERE tenant_id = $1 AND status = 'active'
        AND owner_id = (SELECT owner_id FROM resources WHERE tenant_id = $1 AND object_key = $2) FOR SHARE`,
    [tenantId, resourceKey],
  );
  const resource = await connection.query(
    `SELECT FROM resources WHERE tenant_id = $1 AND object_key = $2 AND owner_id = $3 AND state = 'completed' FOR SHARE`,
    [tenantId, resourceKey, owner.rows[0]?.ownerId ?? null],
  );
  if (resource.rowCount !== 1 || sourceKey === resourceKey) return resource.rowCount === 1;
  const poster = await connection.query(
    `SELECT FROM derivatives WHERE tenant_id = $1 AND source_key = $2 AND name = '${POSTER}' AND object_key = $3 FOR SHARE`,
    [tenantId, resourceKey, sourceKey],
  );
  return poster.rowCount === 1;
}

/** Claims the making of a derivative that nobody makes. @returns false: somebody was faster */
export async function claimDerivative(
  connection: TenantConnection,
  { tenantId, sourceKey, name }: DerivativeId,
  { objectKey, seconds }: { objectKey: string; seconds: number },
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO derivatives (tenant_id, source_key, name, object_key, making_until)
     VALUES ($1, $2, $3, $4, now() + $5 * INTERVAL '1 second') ON CONFLICT (tenant_id, source_key, name) DO NOTHING`,
    [tenantId, sourceKey, name, objectKey, seconds],
  );
  return rowCount === 1;
}

/** @returns whether the claim was there still */
export async function recordDerivative(
  connection: TenantConnection,
  { objectKey, contentType, size, sha256 }: MadeDerivative,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE derivatives SET making_until = NULL, content_type = $2, size = $3, sha256 = $4, changed_at = now()
      WHERE object_key = $1 AND making_until IS NOT NULL`,
    [objectKey, contentType, size, sha256],
  );
  return rowCount === 1;
}

/** Writes down why it cannot be made, and that nobody tries again for so long. */
export async function recordFailure(
  connection: TenantConnection,
  objectKey: string,
  { why, seconds }: { why: string; seconds: number },
): Promise<void> {
  await connection.query(
    `UPDATE derivatives SET making_until = NULL, failure = $2, changed_at = now(),
            retry_at = now() + $3 * INTERVAL '1 second'
      WHERE object_key = $1 AND making_until IS NOT NULL`,
    [objectKey, why, seconds],
  );
}

/** Forgets one, whose bytes are gone or never were. */
export async function forgetDerivative(connection: TenantConnection, objectKey: string): Promise<void> {
  await connection.query('DELETE FROM derivatives WHERE object_key = $1', [objectKey]);
}

/** Makes bytes that are stored the poster of a film, which has none. */
export async function insertPoster(
  connection: TenantConnection,
  { tenantId, sourceKey }: Omit<DerivativeId, 'name'>,
  { objectKey, contentType, size, sha256 }: MadeDerivative,
): Promise<void> {
  await connection.query(
    `INSERT INTO derivatives (tenant_id, source_key, name, object_key, content_type, size, sha256)
     VALUES ($1, $2, '${POSTER}', $3, $4, $5, $6)`,
    [tenantId, sourceKey, objectKey, contentType, size, sha256],
  );
  // Counted for its owner.
  await connection.query('UPDATE resources SET poster_bytes = $3 WHERE tenant_id = $1 AND object_key = $2', [
    tenantId,
    sourceKey,
    size,
  ]);
}

/** Where bytes of a derivative are, and of what it is one. */
export interface DerivedObject {
  /** That was asked for. */
  of: string;
  objectKey: string;
  isUnderWay: boolean;
}

/**
 * @param db for one tenant, or acts as `holder`
 * @returns what was made, or is being made, of these objects, and of posters among that
 */
export async function derivedFrom(db: Connection, objectKeys: readonly string[]): Promise<DerivedObject[]> {
  const { rows } = await db.query<DerivedObject>(
    `WITH RECURSIVE derived AS (
       SELECT source_key AS root, object_key, making_until FROM derivatives WHERE source_key = ANY($1)
       UNION ALL
       SELECT root, d.object_key, d.making_until FROM derivatives d JOIN derived p ON d.source_key = p.object_key)
     SELECT root AS of, object_key AS "objectKey", coalesce(making_until > now(), false) AS "isUnderWay"
       FROM derived ORDER BY object_key`,
    [objectKeys],
  );
  return rows;
}

/** The bytes are gone. @param db for one tenant, or acts as `holder` @returns of how many */
export async function forgetDerived(db: Connection, objectKeys: readonly string[]): Promise<number> {
  const { rowCount } = await db.query('DELETE FROM derivatives WHERE object_key = ANY($1)', [objectKeys]);
  return rowCount ?? 0;
}

/**
 * @param db acts as `holder`
 * @returns where bytes may be that nobody needs: of who died while making them, of what could not be made and nobody has tried again for
 *   a day, and of what is no resource's any more
 */
export async function findUseless(
  db: Connection,
  { graceSeconds, limit }: { graceSeconds: number; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ objectKey: string }>(
    // Each of the three by an index, or in one pass: joined by OR they are neither.
    `(SELECT object_key AS "objectKey" FROM derivatives WHERE making_until < now() - $1 * INTERVAL '1 second' LIMIT $2)
     UNION (SELECT object_key FROM derivatives WHERE retry_at < now() - INTERVAL '1 day' LIMIT $2)
     UNION (SELECT object_key FROM derivatives d
       WHERE making_until IS NULL AND NOT EXISTS (SELECT FROM resources r WHERE r.object_key = d.source_key)
         AND NOT EXISTS (SELECT FROM derivatives p WHERE p.object_key = d.source_key) LIMIT $2)`,
    [graceSeconds, limit],
  );
  return rows.map(({ objectKey }) => objectKey);
}
