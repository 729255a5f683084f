import { countLiveUrls } from '../audit/issued-urls.store.ts';
import type { Preview } from '../leases/dry-run.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { isInSome } from './membership.store.ts';
import { unknownOwner } from './owner-keys.ts';
import { findOwnerStatus } from './owner-status.store.ts';

/** What revoking this owner, or this member of a collection, would end. @throws unknownOwner */
export async function previewOwner(db: TenantDatabase, tenantId: string, ownerId: string): Promise<Preview> {
  const owner = await findOwnerStatus(db, tenantId, ownerId);
  return readForTenant(db, tenantId, async (connection) => {
    if (!owner && !(await isInSome(connection, { tenantId, ownerId }))) throw unknownOwner(ownerId);
    const urls = await countLiveUrls(connection, tenantId, { owner: ownerId });
    return { dryRun: true, resources: owner?.resources ?? 0, urls };
  });
}
