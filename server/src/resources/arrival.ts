import { writeEvent } from '../audit/event.store.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { ResourceOrder } from './change-resource.ts';
import { discardBlob } from './change.store.ts';
import { takeCopy } from './copy.store.ts';
import { carryDerived } from './derived.store.ts';
import { withVersions } from './keep-version.ts';
import { refuseErasing, resourceBusy } from './may-change.ts';
import { findMovable, moveResource, moveVersion, type MovableResource, type MoveRule } from './move.store.ts';

/** What was copied, to which object, and where it is to be. */
export interface CopiedResource {
  resource: MovableResource;
  copy: string;
  rule: MoveRule;
}

/**
 * Gives a resource, whose row is locked, its new path and the copy of its bytes, and its older versions paths below it.
 *
 * @returns every path that this concerns beside the one from before; the new one is the first
 * @throws Problem owner-erasing; resource-busy: it is not what was copied
 */
export async function arrive(
  connection: TenantConnection,
  { principal, id }: Pick<ResourceOrder, 'principal' | 'id'>,
  { resource: copied, copy, rule }: CopiedResource,
): Promise<[string, ...string[]]> {
  const { tenantId, id: actor } = principal;
  const now = await findMovable(connection, { tenantId, id });
  const isSame = now?.objectKey === copied.objectKey && now.path === copied.path;
  if (!now || !isSame || now.state !== 'completed') throw resourceBusy();
  await refuseErasing(connection, tenantId, now.ownerId);
  const place = await rule(connection, now);
  if (!place || !(await takeCopy(connection, tenantId, copy))) throw resourceBusy();
  await carryDerived(connection, { tenantId, from: now.objectKey, to: copy });
  await moveResource(connection, now, place, copy);
  await discardBlob(connection, tenantId, now.objectKey);
  const { path, collectionId } = place;
  const arrivals: string[] = [];
  const left = await withVersions(connection, now, async (version) => {
    arrivals.push(await moveVersion(connection, version, { from: now.path, to: path }));
  });
  await writeEvent(connection, {
    ...{ event: 'resource-arrived', tenantId, path, resourceId: id, actor, owner: now.ownerId },
    reason: collectionId === null ? undefined : `collection=${collectionId}`,
  });
  return [path, ...left, ...arrivals];
}
