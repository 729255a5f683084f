import type { Principal } from '../identity/principal.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { collectionsOf, PUBLIC_FOLDER, type ListedResource } from './list.store.ts';

type Visible = Pick<ListedResource, 'ownerId' | 'path' | 'state' | 'collectionId'>;

/** @returns whether somebody sees every resource of the tenant */
export function seesAll({ permissions }: Principal): boolean {
  return permissions.has('resource:view-all');
}

/**
 * The rule of what somebody may know of, for one resource. `listResources` asks the same of many; a spec compares them.
 *
 * @param read reads for the tenant of both, in a transaction that is there or in one of its own
 */
export async function mayKnow(
  principal: Principal,
  resource: Visible,
  read: <T>(work: (connection: TenantConnection) => Promise<T>) => Promise<T>,
): Promise<boolean> {
  const { ownerId, path, collectionId, state } = resource;
  if (ownerId === principal.id || seesAll(principal)) return true;
  // What is not complete is its owner's business alone.
  if (state !== 'completed') return false;
  if (path.startsWith(PUBLIC_FOLDER)) return true;
  if (collectionId === null) return false;
  return (await read((connection) => collectionsOf(connection, principal))).includes(collectionId);
}
