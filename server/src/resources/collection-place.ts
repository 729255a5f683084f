import type { Principal } from '../identity/principal.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { resourceKinds, type ResourceKind } from './resource.ts';
import { storedName } from './stored-name.ts';

/** The collection that a new resource is to be in. */
export interface CollectionPlace {
  collectionId: string;
  /** What is in it lies below. */
  folder: string;
  /** Asked before bytes are taken, and again in the transaction that stores them. @throws Problem whatever forbids it */
  admit: (connection: TenantConnection) => Promise<void>;
}

/** Whoever knows collections says where somebody's new resource goes. */
export type PlaceIn = (principal: Principal, collectionId: string) => CollectionPlace;

/**
 * A path for something new. In a folder that is private no name of a file is in it, as paths are in logs.
 *
 * @param name a name that `displayName` accepted
 * @param place undefined: where its kind belongs
 */
export function newPath(
  {
    kind,
    ownerHandle,
    name,
    contentType,
  }: Record<'ownerHandle' | 'name' | 'contentType', string> & {
    kind: ResourceKind;
  },
  place: Pick<CollectionPlace, 'folder'> | undefined,
): string {
  const { folder, isPrivate } = resourceKinds[kind];
  const saysNothing = isPrivate || place !== undefined;
  return `${place?.folder ?? folder(ownerHandle)}/${storedName(saysNothing ? '' : name, contentType)}`;
}
