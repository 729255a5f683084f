import { randomBytes } from 'node:crypto';
import { isInSome } from '../keys/membership.store.ts';
import { unknownOwner } from '../keys/owner-keys.ts';
import { insertOwner, lockOwner, markErasing, setOwnerStatus } from '../keys/store.ts';
import { randomId } from '../platform/ids.ts';
import { actingAs, forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { ownedResources, type OwnedResource } from '../resources/owned.store.ts';
import type { ErasureOrder } from './erase-person.ts';
import type { ErasureSecrets } from './erasure-secrets.ts';
import { findErasureOf, insertErasure, isNamedInAudit } from './erasure.store.ts';

const SALT_BYTES = 16;
const MOST_LISTED = 200;

/** What became of an order. */
export interface OrderedErasure {
  id: string;
  isDone: boolean;
}

/**
 * Notes that somebody is to be erased: from the commit on nobody reinstates them, and whatever server runs carries it out.
 * The same order again finds the one that is under way, or done. Somebody who is known again since is erased again.
 *
 * @throws unknownOwner: nothing names them, and nobody of that name was erased
 */
export function orderErasure(
  db: TenantDatabase,
  { tenantId, ownerId, actor }: ErasureOrder,
  secrets: Pick<ErasureSecrets, 'tagOf'>,
): Promise<OrderedErasure> {
  const person = { tenantId, ownerId, ownerTag: secrets.tagOf(tenantId, ownerId) };
  return forTenant(db, tenantId, async (connection) => {
    const isKnown = (await lockOwner(connection, tenantId, ownerId)) !== undefined;
    const earlier = await findErasureOf(connection, person);
    const isMember = await isInSome(connection, person);
    if (earlier && !(earlier.isDone && (isKnown || isMember))) return earlier;
    if (!isKnown && isMember) {
      // So that they are in no collection from now on; the keys that they have not got are destroyed by its step.
      await insertOwner(connection, { tenantId, id: ownerId, name: ownerId, handle: randomId() });
      await setOwnerStatus(connection, tenantId, ownerId, 'revoked');
    }
    if (isKnown || isMember) await markErasing(connection, tenantId, ownerId);
    else if (!(await actingAs(connection, 'eraser', () => isNamedInAudit(connection, person))))
      throw unknownOwner(ownerId);
    const id = randomId();
    if (await insertErasure(connection, { ...person, id, actor, pathSalt: randomBytes(SALT_BYTES) }))
      return { id, isDone: false };
    // Of somebody whom only the audit names there is no row to lock: two orders at once.
    return (await findErasureOf(connection, person)) ?? { id, isDone: false };
  });
}

/** What an erasure would take away. */
export interface ErasurePlan {
  resources: number;
  bytes: number;
  /** Resources that do not lie under `users/`: what the company may want to keep, and has to give to somebody else first. */
  forOthers: number;
  /** The first 200, in path order. */
  items: OwnedResource[];
}

/** @throws unknownOwner */
export function planErasure(
  db: TenantDatabase,
  { tenantId, ownerId }: Pick<ErasureOrder, 'tenantId' | 'ownerId'>,
): Promise<ErasurePlan> {
  return forTenant(db, tenantId, async (connection) => {
    const isKnown = (await lockOwner(connection, tenantId, ownerId)) !== undefined;
    const isNamed =
      isKnown ||
      (await isInSome(connection, { tenantId, ownerId })) ||
      (await actingAs(connection, 'eraser', () => isNamedInAudit(connection, { tenantId, ownerId })));
    if (!isNamed) throw unknownOwner(ownerId);
    const { total, ...rest } = await ownedResources(connection, { tenantId, ownerId }, MOST_LISTED);
    return { resources: total, ...rest };
  });
}
