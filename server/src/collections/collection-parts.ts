import type { Logger } from 'pino';
import type { Receipts } from '../leases/receipts.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import type { ResourceChanges } from '../resources/change-resource.ts';
import type { Leftovers } from '../resources/leftovers.ts';
import { ResourceMoves } from '../resources/move-resource.ts';
import { Assignments } from './assignments.ts';
import { Collections, type CollectionLimits } from './collections.ts';
import { Members } from './members.ts';

/** What the routes of this feature work with. */
export interface CollectionParts {
  collections: Collections;
  members: Members;
  assignments: Assignments;
}

/** Opens them. */
export function collectionPartsOf(
  { collectionMembers, ...limits }: CollectionLimits & { collectionMembers: number },
  parts: {
    db: TenantDatabase;
    blobs: BlobStore;
    changes: ResourceChanges;
    receipts: Receipts;
    leftovers: Leftovers;
    log: Logger;
  },
): CollectionParts {
  const { db, log } = parts;
  return {
    collections: new Collections(db, limits),
    members: new Members(db, collectionMembers),
    assignments: new Assignments(new ResourceMoves(parts), log),
  };
}
