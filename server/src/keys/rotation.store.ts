import type { Database } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/**
 * From now on the owner's active key signs nothing new. The caller holds the owner's lock, and adds the next one.
 *
 * @returns since when, by the database's clock; undefined: the owner had no active key
 */
export async function retireActiveKey(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<{ kid: string; retiredAt: Date } | undefined> {
  const { rows } = await connection.query<{ kid: string; retiredAt: Date }>(
    `UPDATE signature_keys SET state = 'retiring', retired_at = clock_timestamp()
      WHERE tenant_id = $1 AND owner_id = $2 AND state = 'active' RETURNING kid, retired_at AS "retiredAt"`,
    [tenantId, ownerId],
  );
  return rows[0];
}

/** A key whose salt is to be destroyed. */
export interface DueKey {
  kid: string;
  tenantId: string;
  ownerId: string;
}

/** Which retiring keys are meant. */
export interface DueKeys {
  /** Retired before this moment, milliseconds since 1970, and this long ago by the database's clock too. */
  before: number;
  /** How long ago at least, seconds. */
  keptSeconds: number;
  /** Only keys of master secrets that are not current any more. */
  onlyOldMasters?: boolean;
}

/**
 * @param db acts as `holder`
 * @returns retiring keys of all tenants, those that retired first in front, at most `limit`
 */
export async function findDueKeys(db: Database, due: DueKeys, limit: number): Promise<DueKey[]> {
  const { rows } = await db.query<DueKey>(
    `SELECT kid, tenant_id AS "tenantId", owner_id AS "ownerId" FROM signature_keys
      WHERE state = 'retiring'
        AND retired_at <= least(to_timestamp($1::float8 / 1000), clock_timestamp() - make_interval(secs => $2))
        AND (NOT $3 OR master_version <> (SELECT version FROM master_versions WHERE state = 'current'))
      ORDER BY retired_at LIMIT $4`,
    [due.before, due.keptSeconds, due.onlyOldMasters ?? false, limit],
  );
  return rows;
}

/** Takes the row locks of these owners, in one order for everybody. */
export async function lockOwners(
  connection: TenantConnection,
  tenantId: string,
  ownerIds: readonly string[],
): Promise<void> {
  await connection.query(
    'SELECT FROM owners WHERE tenant_id = $1 AND owner_id = ANY($2) ORDER BY owner_id FOR UPDATE',
    [tenantId, ownerIds],
  );
}

/** Destroys the salts of those of these keys that are still retiring. @returns their names */
export async function destroyRetiringKeys(
  connection: TenantConnection,
  tenantId: string,
  kids: readonly string[],
): Promise<string[]> {
  const { rows } = await connection.query<{ kid: string }>(
    `UPDATE signature_keys SET salt = NULL, state = 'revoked', revoked_at = now()
      WHERE tenant_id = $1 AND kid = ANY($2) AND state = 'retiring' RETURNING kid`,
    [tenantId, kids],
  );
  return rows.map(({ kid }) => kid);
}
