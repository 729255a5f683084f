import type { Permission } from '../identity/permissions.ts';
import { forbidden, type Principal } from '../identity/principal.ts';
import { ownerErasing, ownerRevoked } from '../keys/owner-keys.ts';
import { isErasing } from '../keys/store.ts';
import { notFound, type Problem } from '../platform/problem.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { LockedResource } from './change.store.ts';
import { isVisible } from './visible-resources.ts';

/** 404 `not-found`. */
export const noResource = (): Problem => notFound('There is no such resource.');

/** What may be done to an older version by itself; everything else is done to its resource. */
const OF_VERSIONS: ReadonlySet<Permission> = new Set([
  'resource:rotate',
  'resource:delete',
  'resource:quarantine',
]);

/**
 * Of somebody who is being erased nothing is changed but by the erasure: it deletes the bytes that it has noted, and those
 * must be neither somebody else's by then nor other ones. Asked after the row is locked, so that its answer is newer.
 *
 * @throws ownerErasing
 */
export async function refuseErasing(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<void> {
  if (await isErasing(connection, tenantId, ownerId)) throw ownerErasing();
}

/**
 * @returns the resource, when it may be changed
 * @throws Problem not-found, also for what is there and may not be seen; forbidden; owner-revoked
 */
export function mayChange<
  R extends Pick<LockedResource, 'ownerId' | 'ownerStatus' | 'path' | 'state' | 'versionOf'>,
>(principal: Principal, resource: R | undefined, permission: Permission): R {
  if (!resource) throw noResource();
  if (resource.versionOf !== null && !OF_VERSIONS.has(permission)) throw noResource();
  if (principal.permissions.has(permission)) return resource;
  if (resource.ownerId !== principal.id) {
    throw isVisible(resource, principal) ? forbidden(permission) : noResource();
  }
  // Their token may be good for a while: somebody who was revoked must not delete what the company needs.
  if (resource.ownerStatus === 'revoked') throw ownerRevoked();
  return resource;
}
