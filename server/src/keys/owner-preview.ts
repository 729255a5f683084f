import { countLiveUrls } from '../audit/issued-urls.store.ts';
import type { Preview } from '../leases/dry-run.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { unknownOwner } from './owner-keys.ts';
import { findOwnerStatus } from './owner-status.store.ts';

/** What revoking this owner would end. @throws unknownOwner */
export async function previewOwner(db: TenantDatabase, tenantId: string, ownerId: string): Promise<Preview> {
  const owner = await findOwnerStatus(db, tenantId, ownerId);
  if (!owner) throw unknownOwner(ownerId);
  const urls = await readForTenant(db, tenantId, (connection) =>
    countLiveUrls(connection, tenantId, { owner: ownerId }),
  );
  return { dryRun: true, resources: owner.resources, urls };
}
