import { writeEvent } from '../audit/event.store.ts';
import { removeSome } from '../collections/members.store.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { countMemberships } from './departure.store.ts';

/** In one transaction, which others wait for who write to the audit too. */
const MOST_AT_ONCE = 100;

/**
 * Takes a leaver, who is revoked already and so sees nothing more, out of every collection: being reinstated brings no
 * membership back. The audit has an event for each. What a server that was killed has left is done by the next call.
 *
 * @param actor who does it, for the audit
 */
export async function endMemberships(
  db: TenantDatabase,
  { tenantId, departureId, owner, actor }: Record<'tenantId' | 'departureId' | 'owner' | 'actor', string>,
): Promise<void> {
  const end = (): Promise<number> =>
    forTenant(db, tenantId, async (connection) => {
      const collections = await removeSome(connection, { tenantId, ownerId: owner }, MOST_AT_ONCE);
      if (collections.length > 0)
        await countMemberships(connection, tenantId, departureId, collections.length);
      for (const resourceId of collections) {
        const row = { event: 'collection-member-removed', tenantId, resourceId, actor, owner };
        await writeEvent(connection, { ...row, reason: 'departure' });
      }
      return collections.length;
    });
  while ((await end()) === MOST_AT_ONCE);
}
