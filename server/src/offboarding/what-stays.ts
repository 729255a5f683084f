import { findHandle } from '../keys/store.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { ownedBy } from '../resources/store.ts';

/**
 * @param prefix only paths that begin with it; null: all but the leaver's own folder
 * @returns ids of what stays with the company when this owner leaves, by path
 */
export async function whatStays(
  connection: TenantConnection,
  { tenantId, ownerId, prefix }: { tenantId: string; ownerId: string; prefix: string | null },
): Promise<string[]> {
  const handle = prefix === null ? await findHandle(connection, tenantId, ownerId) : undefined;
  const notUnder = handle === undefined ? undefined : `users/${handle}/`;
  return ownedBy(connection, { tenantId, ownerId, prefix: prefix ?? '', notUnder });
}
