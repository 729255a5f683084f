import type { TenantConnection } from '../platform/tenant-database.ts';

/** How much is stored. */
export interface Stored {
  /** What is awaited counts, what has failed does not. */
  resources: number;
  /** Older versions included. */
  bytes: number;
}

/** How much may be stored; null: no limit. */
export interface StorageLimits {
  userBytes: number | null;
  userResources: number | null;
  tenantBytes: number | null;
  tenantResources: number | null;
}

/**
 * Lets no other transaction store or remove anything in the tenant until this one ends. Taken after the locks of owners
 * and resources, and before the audit's.
 */
export async function lockStorage(connection: TenantConnection, tenantId: string): Promise<void> {
  await connection.query(
    `INSERT INTO storage_usage AS u (tenant_id, owner_id, resources, bytes) VALUES ($1, '', 0, 0)
     ON CONFLICT (tenant_id, owner_id) DO UPDATE SET bytes = u.bytes`,
    [tenantId],
  );
}

/** @returns what this owner has, and what the whole tenant has */
export async function storedBy(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<{ user: Stored; tenant: Stored }> {
  const { rows } = await connection.query<Stored & { isTenant: boolean }>(
    `SELECT owner_id = '' AS "isTenant", resources::float8 AS resources, bytes::float8 AS bytes
       FROM storage_usage WHERE tenant_id = $1 AND owner_id IN ('', $2)`,
    [tenantId, ownerId],
  );
  const of = (isTenant: boolean): Stored => {
    const { resources, bytes } = rows.find((row) => row.isTenant === isTenant) ?? { resources: 0, bytes: 0 };
    return { resources, bytes };
  };
  return { user: of(false), tenant: of(true) };
}

/** @returns limits of this tenant alone; undefined: it has none of its own */
export async function ownLimits(
  connection: TenantConnection,
  tenantId: string,
): Promise<StorageLimits | undefined> {
  const { rows } = await connection.query<StorageLimits>(
    `SELECT user_bytes::float8 AS "userBytes", user_resources::float8 AS "userResources",
            tenant_bytes::float8 AS "tenantBytes", tenant_resources::float8 AS "tenantResources"
       FROM tenant_quotas WHERE tenant_id = $1`,
    [tenantId],
  );
  return rows[0];
}
