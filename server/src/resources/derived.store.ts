import type { TenantConnection } from '../platform/tenant-database.ts';

/**
 * Makes what was made of an object, or sent for it, that of a copy: the bytes are the same. What somebody makes at this
 * moment stays behind, and is removed. Called before a resource is given the copy, which then counts its poster.
 */
export async function carryDerived(
  connection: TenantConnection,
  { tenantId, from, to }: { tenantId: string; from: string; to: string },
): Promise<void> {
  await connection.query(
    'UPDATE derivatives SET source_key = $3 WHERE tenant_id = $1 AND source_key = $2 AND making_until IS NULL',
    [tenantId, from, to],
  );
}
