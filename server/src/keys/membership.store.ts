import type { TenantConnection } from '../platform/tenant-database.ts';

/** @returns whether this person is a member of a collection: then there is something to revoke, whatever they own */
export async function isInSome(
  connection: TenantConnection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
): Promise<boolean> {
  const { rows } = await connection.query(
    'SELECT FROM collection_members WHERE tenant_id = $1 AND member_id = $2 LIMIT 1',
    [tenantId, ownerId],
  );
  return rows.length === 1;
}
