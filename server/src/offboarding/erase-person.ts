import { erasePersonRows } from '../audit/erase-person-rows.ts';
import { writeEvent } from '../audit/event.store.ts';
import { removeEverywhere } from '../collections/members.store.ts';
import { forgetCreator } from '../collections/store.ts';
import { ownerActive, unknownOwner, type OwnerKeys } from '../keys/owner-keys.ts';
import { kidsOf, lockOwner, renameOwner } from '../keys/store.ts';
import { advanceEpoch, renameInChanges } from '../leases/epoch.store.ts';
import { renameInReceipts } from '../leases/receipt.store.ts';
import {
  actingAs,
  forTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { forgetInDepartures } from './departure.store.ts';
import { randomId } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { forgetUploader } from '../resources/owned.store.ts';
import { countResources } from '../resources/store.ts';

/** 409 `owner-has-resources`: whose files these are is part of what they are. */
export const ownerHasResources = (count: number): Problem =>
  new Problem(
    409,
    'owner-has-resources',
    'The owner still has resources',
    `Delete ${count} resources first, or give them to somebody else.`,
  );

/** Who is to be erased, and who says so. */
export interface ErasureOrder {
  tenantId: string;
  ownerId: string;
  /** Principal id, for the audit. */
  actor: string;
}

/** What was done. */
export interface Erasure {
  /** Names the erasure in the audit, where nothing else names the person any more. */
  erasureId: string;
  /** Rows of the audit that were emptied. */
  rows: number;
}

/** Event of an erasure; `resource_id` is its id. */
export const PERSON_ERASED = 'person-erased';

/**
 * Erases a person whose key was revoked and who owns nothing any more: the name is then in no row of the database.
 * Rows of the audit lose what names them and can still be proved; keys, receipts and epochs get a random name. It may be
 * repeated: after a failure it does what is left, and later it catches rows that came in since.
 *
 * @param onDay is told how many rows were emptied so far
 * @throws unknownOwner: nothing names them
 * @throws ownerActive, ownerHasResources
 */
export async function erasePerson(
  { db, ownerKeys }: { db: TenantDatabase; ownerKeys: OwnerKeys },
  order: ErasureOrder,
  onDay?: (rows: number) => void,
): Promise<Erasure> {
  const { tenantId, ownerId } = order;
  const isKnown = await forTenant(db, tenantId, (connection) => mayBeErased(connection, order));
  // Who serves must have heard of the revocation before its entry in the epoch log loses the name.
  if (isKnown) await (await ownerKeys.revokeSignatureKey(order)).receipt;
  const erase = (told?: (rows: number) => void): Promise<number> =>
    erasePersonRows(db, { tenantId, id: ownerId }, told);
  const rows = await erase(onDay);
  if (!isKnown && rows === 0) throw unknownOwner(ownerId);

  const erasureId = randomId();
  await forgetOwner(db, order, { erasureId, rows });
  // Those that named the person until a moment ago.
  return { erasureId, rows: rows + (await erase()) };
}

/**
 * Gives the person another name in everything that is not the audit, and records the erasure.
 *
 * @param erasure its id, and how many rows of the audit were emptied before
 * @param also what it writes is committed with the rest; it is told of how many collections they were a member
 * @throws ownerActive, ownerHasResources
 */
export async function forgetOwner(
  db: TenantDatabase,
  order: ErasureOrder,
  { erasureId, rows }: Erasure,
  also: (connection: TenantConnection, memberships: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { tenantId, ownerId, actor } = order;
  let kids: string[] | undefined;
  await forTenant(db, tenantId, async (connection) => {
    if (await mayBeErased(connection, order)) {
      const names = { tenantId, ownerId, newId: `erased-${erasureId}` };
      await renameOwner(connection, names);
      await forgetInDepartures(connection, names);
      await actingAs(connection, 'eraser', async () => {
        await renameInChanges(connection, names);
        await renameInReceipts(connection, names);
      });
      kids = await kidsOf(connection, tenantId, names.newId);
    }
    // Not everybody who is in a collection owns something.
    const memberships = await removeEverywhere(connection, order);
    await forgetCreator(connection, order);
    await forgetUploader(connection, order);
    await also(connection, memberships);
    await writeEvent(connection, {
      event: PERSON_ERASED,
      tenantId,
      actor,
      resourceId: erasureId,
      reason: `rows=${rows}`,
    });
    // Whoever serves forgets whose keys they were.
    const ownerErased = { tenantId, change: 'owner-erased', ownerId: `erased-${erasureId}` } as const;
    if (kids) await advanceEpoch(connection, { ...ownerErased, kids });
  });
}

/** @returns whether the owner is known; holds the owner's lock then */
async function mayBeErased(
  connection: TenantConnection,
  { tenantId, ownerId }: ErasureOrder,
): Promise<boolean> {
  const owner = await lockOwner(connection, tenantId, ownerId);
  if (!owner) return false;
  if (owner.status === 'active') throw ownerActive('Revoke the owner first.');
  const resources = await countResources(connection, tenantId, ownerId);
  if (resources > 0) throw ownerHasResources(resources);
  return true;
}
