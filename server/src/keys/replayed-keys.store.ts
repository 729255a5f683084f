import type { TenantConnection } from '../platform/tenant-database.ts';

/** An owner some of whose keys were destroyed anew. */
export interface ReplayedOwner {
  ownerId: string;
  kids: string[];
}

/**
 * Destroys keys that had been destroyed before the database was set back; those that it does not have, or has destroyed,
 * are passed over. An owner who has no key left is revoked.
 *
 * @returns whose they were
 */
export async function destroyKeysAgain(
  connection: TenantConnection,
  tenantId: string,
  kids: readonly string[],
): Promise<ReplayedOwner[]> {
  const values = [tenantId, kids];
  // The lock of whoever changes the keys of an owner; in one order, so that no two wait for each other.
  await connection.query(
    `SELECT FROM owners WHERE tenant_id = $1 AND owner_id IN (
       SELECT owner_id FROM signature_keys WHERE tenant_id = $1 AND kid = ANY($2)) ORDER BY owner_id FOR UPDATE`,
    values,
  );
  const { rows } = await connection.query<{ ownerId: string; kid: string }>(
    `UPDATE signature_keys SET salt = NULL, state = 'revoked', revoked_at = now()
      WHERE tenant_id = $1 AND kid = ANY($2) AND salt IS NOT NULL RETURNING owner_id AS "ownerId", kid`,
    values,
  );
  const owners = Map.groupBy(rows, ({ ownerId }) => ownerId);
  await connection.query(
    `UPDATE owners o SET status = 'revoked' WHERE tenant_id = $1 AND owner_id = ANY($2) AND NOT EXISTS (
       SELECT FROM signature_keys k
        WHERE k.tenant_id = o.tenant_id AND k.owner_id = o.owner_id AND k.salt IS NOT NULL)`,
    [tenantId, [...owners.keys()]],
  );
  return [...owners].map(([ownerId, destroyed]) => ({ ownerId, kids: destroyed.map(({ kid }) => kid) }));
}

/** Ends single URLs once more, for as long as any URL may live: of these ones it is not known. */
export async function revokeSignaturesAgain(
  connection: TenantConnection,
  tenantId: string,
  { kids, signatureIds }: { kids: readonly string[]; signatureIds: readonly string[] },
): Promise<void> {
  await connection.query(
    `INSERT INTO revoked_signatures (tenant_id, signature_id, kid, expires_at)
     SELECT $1, s, k, now() + INTERVAL '8 days' FROM unnest($2::text[]) AS s, unnest($3::text[]) AS k
     ON CONFLICT DO NOTHING`,
    [tenantId, signatureIds, kids],
  );
}
