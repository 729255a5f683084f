import type { TenantConnection } from '../platform/tenant-database.ts';

/**
 * Forgets the secrets of edges that had been revoked before the database was set back; those that it does not have, or has
 * revoked, are passed over.
 *
 * @returns those whose credential opened something again
 */
export async function endEdgesAgain(
  connection: TenantConnection,
  tenantId: string,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  if (ids.length === 0) return [];
  const { rows } = await connection.query<{ id: string; name: string }>(
    `UPDATE edges SET revoked_at = now(), secret_hash = NULL, previous_hash = NULL, previous_until = NULL
      WHERE tenant_id = $1 AND id = ANY($2) AND revoked_at IS NULL RETURNING id, name`,
    [tenantId, ids],
  );
  return rows;
}
