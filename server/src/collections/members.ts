import { writeEvent } from '../audit/event.store.ts';
import { isReservedName, type Principal } from '../identity/principal.ts';
import { invalidRequest } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { mayKnow, noCollection } from './collection.ts';
import { manageable } from './collections.ts';
import { quotaExceeded } from '../resources/quotas.ts';
import { countMembers, deleteMember, listMembers, upsertMembers, type Member } from './members.store.ts';
import { findCollection } from './store.ts';

/** Who is in a collection. Changing that is for its `ADM` and `collection:manage`, also when it is archived. */
export class Members {
  readonly #db: TenantDatabase;
  readonly #most: number;

  /** @param most members of one collection */
  constructor(db: TenantDatabase, most: number) {
    this.#db = db;
    this.#most = most;
  }

  /** @returns one page in the order of ids, and how many there are in all @throws Problem not-found */
  list(
    principal: Principal,
    { collectionId, ...page }: { collectionId: string; after: string | undefined; limit: number },
  ): Promise<{ items: Member[]; total: number }> {
    const { tenantId, id: person } = principal;
    return readForTenant(this.#db, tenantId, async (connection) => {
      const found = await findCollection(connection, { tenantId, id: collectionId, person });
      if (!found || !mayKnow(found, principal)) throw noCollection();
      return listMembers(connection, { tenantId, collectionId, ...page });
    });
  }

  /**
   * Adds members, or gives them another role: all of them or, when one cannot be, none. It may be repeated.
   *
   * @returns how many that changed something for
   * @throws Problem not-found, forbidden, invalid-request, quota-exceeded
   */
  add(
    principal: Principal,
    collectionId: string,
    members: readonly Pick<Member, 'id' | 'role'>[],
  ): Promise<number> {
    const { tenantId, id: actor } = principal;
    requirePeople(members.map(({ id }) => id));
    return forTenant(this.#db, tenantId, async (connection) => {
      await manageable(connection, principal, collectionId);
      // Of a collection that has more than that already people get other roles.
      const before = await countMembers(connection, { tenantId, collectionId });
      const changed = await upsertMembers(connection, { tenantId, collectionId }, members);
      const after = await countMembers(connection, { tenantId, collectionId });
      if (after > before && after > this.#most) {
        throw quotaExceeded(
          `The collection has ${before} of ${this.#most} members (COLLECTION_QUOTA_MEMBERS). Remove some, or name a role in interestedRoles.`,
        );
      }
      for (const { id, role } of members) {
        if (!changed.has(id)) continue;
        await writeEvent(connection, {
          ...{ event: 'collection-member-added', tenantId, resourceId: collectionId, actor, owner: id },
          reason: `role=${role}`,
        });
      }
      return changed.size;
    });
  }

  /**
   * From then on the person sees and signs nothing more by being a member. It may be repeated, and everybody may leave.
   *
   * @returns whether the person was a member
   * @throws Problem not-found, forbidden
   */
  remove(principal: Principal, collectionId: string, member: string): Promise<boolean> {
    const { tenantId, id: actor } = principal;
    return forTenant(this.#db, tenantId, async (connection) => {
      const isTheirOwn = member === actor;
      if (!isTheirOwn) await manageable(connection, principal, collectionId);
      const found = await findCollection(connection, { tenantId, id: collectionId, person: actor });
      if (!found || !mayKnow(found, principal)) throw noCollection();
      if (!(await deleteMember(connection, { tenantId, collectionId }, member))) return false;
      const row = { tenantId, resourceId: collectionId, actor, owner: member };
      await writeEvent(connection, { ...row, event: 'collection-member-removed' });
      return true;
    });
  }
}

/** @throws Problem invalid-request: somebody is named twice, or is nobody */
function requirePeople(ids: readonly string[]): void {
  if (new Set(ids).size !== ids.length) throw invalidRequest('body.members: somebody is named twice');
  const nobody = ids.find(isReservedName);
  if (nobody !== undefined) throw invalidRequest('body.members: no person has one of these ids');
}
