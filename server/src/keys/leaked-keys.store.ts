import type { TenantConnection } from '../platform/tenant-database.ts';

/**
 * Destroys the salts of these keys of one owner. The caller holds the owner's lock.
 *
 * @returns those that lived, and whether one of them signed new URLs
 */
export async function destroySomeKeys(
  connection: TenantConnection,
  { tenantId, ownerId, kids }: { tenantId: string; ownerId: string; kids: readonly string[] },
): Promise<{ kids: string[]; hadActive: boolean }> {
  const { rows } = await connection.query<{ kid: string; wasActive: boolean }>(
    `WITH before AS (
        SELECT kid, state = 'active' AS was_active FROM signature_keys
         WHERE tenant_id = $1 AND owner_id = $2 AND kid = ANY($3) AND salt IS NOT NULL)
     UPDATE signature_keys k SET salt = NULL, state = 'revoked', revoked_at = now()
       FROM before WHERE k.kid = before.kid RETURNING k.kid, before.was_active AS "wasActive"`,
    [tenantId, ownerId, kids],
  );
  return { kids: rows.map(({ kid }) => kid), hadActive: rows.some(({ wasActive }) => wasActive) };
}
