import type { Permission } from '../identity/permissions.ts';
import { forbidden, type Principal } from '../identity/principal.ts';
import { ownerErasing, ownerRevoked } from '../keys/owner-keys.ts';
import { isErasing } from '../keys/store.ts';
import { notFound, Problem } from '../platform/problem.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { findDeletion, type LockedResource } from './change.store.ts';
import { mayKnow } from './visibility.ts';

/** 404 `not-found`. */
export const noResource = (): Problem => notFound('There is no such resource.');

/** 409 `already-owner`. */
export const alreadyOwner = (): Problem =>
  new Problem(409, 'already-owner', 'The resource is already theirs', 'It was never given to anybody else.');

/** 409 `resource-busy`. */
export const resourceBusy = (): Problem =>
  new Problem(
    409,
    'resource-busy',
    'Somebody else is changing the resource',
    'It was moved, overwritten or quarantined meanwhile. Read it again, and repeat the call if it is still needed.',
  );

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
export async function mayChange<R extends LockedResource>(
  connection: TenantConnection,
  principal: Principal,
  resource: R | undefined,
  permission: Permission,
): Promise<R> {
  if (!resource) throw noResource();
  if (resource.versionOf !== null && !OF_VERSIONS.has(permission)) throw noResource();
  if (principal.permissions.has(permission)) {
    // Who puts it into a collection of their own reads it there.
    const readsBy = permission === 'resource:assign';
    if (readsBy && !(await mayKnow(principal, resource, (work) => work(connection)))) throw noResource();
    return resource;
  }
  if (resource.ownerId !== principal.id) {
    throw (await mayKnow(principal, resource, (work) => work(connection)))
      ? forbidden(permission)
      : noResource();
  }
  // Their token may be good for a while: somebody who was revoked must not delete what the company needs.
  if (resource.ownerStatus === 'revoked') throw ownerRevoked();
  return resource;
}

/** @returns the epoch in which the resource was deleted, for those who might have deleted it */
export async function deletedBefore(
  connection: TenantConnection,
  { tenantId, id: actor, permissions }: Principal,
  id: string,
): Promise<number | undefined> {
  const found = await findDeletion(connection, tenantId, id);
  return found?.ownerId === actor || permissions.has('resource:delete') ? found?.epoch : undefined;
}
