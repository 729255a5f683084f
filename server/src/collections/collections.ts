import { writeEvent } from '../audit/event.store.ts';
import { forbidden, type Principal } from '../identity/principal.ts';
import type { Total } from '../platform/counted.store.ts';
import { randomId } from '../platform/ids.ts';
import {
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { ownerRevoked } from '../keys/owner-keys.ts';
import { lockOwner } from '../keys/store.ts';
import { requireRevision } from '../resources/expected-revision.ts';
import { collectionsOf } from '../resources/list.store.ts';
import { lockStorage } from '../resources/quota.store.ts';
import { quotaExceeded } from '../resources/quotas.ts';
import {
  collectionArchived,
  collectionExists,
  externalIdReserved,
  mayKnow,
  mayManage,
  noCollection,
  roleIn,
  type CollectionRole,
  type SeenCollection,
} from './collection.ts';
import { upsertMembers } from './members.store.ts';
import {
  countCollections,
  findCollection,
  insertCollection,
  listCollections,
  updateCollection,
  type CollectionEdit,
  type CollectionFilter,
} from './store.ts';

/** A collection, and what whoever asked is in it. */
export interface MetCollection extends SeenCollection {
  /** null: nothing; it is seen for another reason. */
  role: CollectionRole | null;
}

/** What a new collection is. */
export interface NewCollection {
  name: string;
  externalId: string | null;
  interestedRoles: string[];
}

/** What somebody asks the list for. */
export type CollectionQuery = Omit<CollectionFilter, 'tenantId' | 'person' | 'within'>;

/** How many collections there may be. */
export interface CollectionLimits {
  /** Made by one person who has no `collection:manage`. */
  userCollections: number;
  tenantCollections: number;
}

/** Makes, shows and changes collections, for those who may. */
export class Collections {
  readonly #db: TenantDatabase;
  readonly #most: CollectionLimits;

  constructor(db: TenantDatabase, most: CollectionLimits) {
    this.#db = db;
    this.#most = most;
  }

  /**
   * Makes one; whoever does is its first member, and its `ADM`.
   *
   * @throws Problem collection-exists, owner-revoked, quota-exceeded; forbidden: an `externalId` takes `collection:manage`
   */
  async create(
    principal: Principal,
    { name, externalId, interestedRoles }: NewCollection,
  ): Promise<MetCollection> {
    const { tenantId, id: person, permissions } = principal;
    if (externalId !== null && !permissions.has('collection:manage')) throw externalIdReserved();
    const id = `col_${randomId()}`;
    return forTenant(this.#db, tenantId, async (connection) => {
      if ((await lockOwner(connection, tenantId, person))?.status === 'revoked') throw ownerRevoked();
      await this.#requireRoom(connection, principal);
      const collection = { id, tenantId, name, externalId, interestedRoles, createdBy: person };
      if (!(await insertCollection(connection, collection))) throw collectionExists();
      await upsertMembers(connection, { tenantId, collectionId: id }, [{ id: person, role: 'ADM' }]);
      const made = await findCollection(connection, { tenantId, id, person });
      if (!made) throw noCollection();
      await writeEvent(connection, {
        event: 'collection-created',
        tenantId,
        resourceId: id,
        actor: person,
      });
      return met(made, principal);
    });
  }

  /** @returns one page, each with what it was sorted by, and how many there are in all to see */
  list(
    principal: Principal,
    query: CollectionQuery,
  ): Promise<{ items: (MetCollection & { key: string })[] } & Total> {
    const { tenantId, id: person, permissions } = principal;
    const seesAll = permissions.has('resource:view-all') || permissions.has('collection:manage');
    return readForTenant(this.#db, tenantId, async (connection) => {
      const within = seesAll ? undefined : await collectionsOf(connection, principal);
      const { items, ...total } = await listCollections(connection, { ...query, tenantId, person, within });
      return { items: items.map((item) => ({ ...met(item, principal), key: item.key })), ...total };
    });
  }

  /** @throws Problem not-found: also for what is there and may not be seen */
  get(principal: Principal, id: string): Promise<MetCollection> {
    const { tenantId, id: person } = principal;
    return readForTenant(this.#db, tenantId, async (connection) => {
      const found = await findCollection(connection, { tenantId, id, person });
      if (!found || !mayKnow(found, principal)) throw noCollection();
      return met(found, principal);
    });
  }

  /**
   * @param revision only if it is at this revision still
   * @throws Problem not-found, forbidden, changed-meanwhile, collection-exists
   */
  change(
    principal: Principal,
    { id, edit, revision }: { id: string; edit: CollectionEdit; revision: number | undefined },
  ): Promise<MetCollection> {
    const { tenantId, id: person } = principal;
    return forTenant(this.#db, tenantId, async (connection) => {
      const found = await manageable(connection, principal, id);
      requireRevision(revision, found);
      const { externalId = found.externalId } = edit;
      if (externalId !== found.externalId && !principal.permissions.has('collection:manage'))
        throw externalIdReserved();
      if (!(await updateCollection(connection, found, edit))) throw collectionExists();
      const changed = await findCollection(connection, { tenantId, id, person });
      if (!changed) throw noCollection();
      const fields = Object.entries(edit).flatMap(([name, value]) => (value === undefined ? [] : [name]));
      const status = edit.status === undefined ? '' : `=${edit.status}`;
      await writeEvent(connection, {
        ...{ event: 'collection-changed', tenantId, resourceId: id, actor: person },
        // Of texts never what they say.
        reason: fields.map((name) => (name === 'status' ? name + status : name)).join(', '),
      });
      return met(changed, principal);
    });
  }

  /** Nobody else makes one in the tenant until the transaction ends. @throws Problem quota-exceeded */
  async #requireRoom(connection: TenantConnection, principal: Principal): Promise<void> {
    // Whoever is refused holds up nobody who stores something.
    await this.#refuseTooMany(connection, principal);
    await lockStorage(connection, principal.tenantId);
    await this.#refuseTooMany(connection, principal);
  }

  async #refuseTooMany(
    connection: TenantConnection,
    { tenantId, id: createdBy, permissions }: Principal,
  ): Promise<void> {
    const { userCollections, tenantCollections: most } = this.#most;
    if ((await countCollections(connection, { tenantId, most })) >= most) {
      throw quotaExceeded(`Your organisation has ${most} collections (TENANT_QUOTA_COLLECTIONS). ${ADVICE}`);
    }
    // So that nobody takes all of them, as none is ever removed.
    const theirs = { tenantId, createdBy, most: userCollections };
    if (permissions.has('collection:manage') || (await countCollections(connection, theirs)) < theirs.most)
      return;
    throw quotaExceeded(`You have made ${theirs.most} collections (USER_QUOTA_COLLECTIONS). ${ADVICE}`);
  }
}

/**
 * @returns the collection, whose row is locked until the transaction ends
 * @throws Problem not-found, forbidden
 */
export async function manageable(
  connection: TenantConnection,
  principal: Principal,
  id: string,
): Promise<SeenCollection> {
  const { tenantId, id: person } = principal;
  const found = await findCollection(connection, { tenantId, id, person }, 'update');
  if (!found || !mayKnow(found, principal)) throw noCollection();
  if (!mayManage(found, principal)) throw forbidden('collection:manage');
  return found;
}

/** @throws Problem collection-archived */
export function requireActive({ status }: Pick<SeenCollection, 'status'>): void {
  if (status !== 'active') throw collectionArchived();
}

const ADVICE = 'None is ever removed: ask whoever runs this server for more.';

const met = (collection: SeenCollection, principal: Principal): MetCollection => ({
  ...collection,
  role: roleIn(collection, principal) ?? null,
});
