import type { Principal } from '../identity/principal.ts';
import type { CollectionPlace } from '../resources/collection-place.ts';
import { noCollection, roleIn, type SeenCollection } from './collection.ts';
import { requireActive } from './collections.ts';
import { findCollection } from './store.ts';

/** @returns where whatever is in this collection lies */
export const folderOf = (collectionId: string): string => `collections/${collectionId}`;

/** @returns whether somebody may add what is theirs: who is in it, and `resource:assign` */
export function mayAdd(collection: SeenCollection, principal: Principal): boolean {
  return roleIn(collection, principal) !== undefined || principal.permissions.has('resource:assign');
}

/**
 * Where a new resource goes that somebody uploads straight into a collection. It asks what assigning asks; from then on
 * nobody archives the collection until the transaction ends.
 *
 * @returns its `admit` throws not-found, collection-archived
 */
export function placeIn(principal: Principal, collectionId: string): CollectionPlace {
  const { tenantId, id: person } = principal;
  return {
    collectionId,
    folder: folderOf(collectionId),
    admit: async (connection) => {
      const found = await findCollection(connection, { tenantId, id: collectionId, person }, 'share');
      if (!found || !mayAdd(found, principal)) throw noCollection();
      requireActive(found);
    },
  };
}
