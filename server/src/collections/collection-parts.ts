import type { TenantDatabase } from '../platform/tenant-database.ts';
import { Collections } from './collections.ts';
import { Members } from './members.ts';

/** What the routes of this feature work with. */
export interface CollectionParts {
  collections: Collections;
  members: Members;
}

/** Opens them. */
export function collectionPartsOf({ db }: { db: TenantDatabase }): CollectionParts {
  return { collections: new Collections(db), members: new Members(db) };
}
