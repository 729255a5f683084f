import type { Principal } from '../identity/principal.ts';
import type { Total } from '../platform/counted.store.ts';
import { notFound } from '../platform/problem.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import {
  collectionsOf,
  findResource,
  listResources,
  type ListedResource,
  type ResourceFilter,
} from './list.store.ts';
import { mayKnow, seesAll } from './visibility.ts';

/** What somebody asks the list for. */
export type ResourceQuery = Omit<ResourceFilter, 'tenantId' | 'viewer'>;

/**
 * Resources as far as somebody may see them: public ones, one's own and what one's collections hold, or all with
 * `resource:view-all`.
 */
export class VisibleResources {
  readonly #db: TenantDatabase;

  constructor(db: TenantDatabase) {
    this.#db = db;
  }

  /** @returns one page, each with what it was sorted by, and how many there are in all to see */
  list(
    principal: Principal,
    query: ResourceQuery,
  ): Promise<{ items: (ListedResource & { key: string })[] } & Total> {
    const { tenantId, id } = principal;
    return readForTenant(this.#db, tenantId, async (connection) => {
      const viewer = seesAll(principal)
        ? undefined
        : { id, collections: await collectionsOf(connection, principal) };
      return listResources(connection, { ...query, tenantId, viewer });
    });
  }

  /**
   * @param at its id or its path
   * @throws Problem 404 `not-found`: also for what is there and may not be seen
   */
  async get(principal: Principal, at: { id: string } | { path: string }): Promise<ListedResource> {
    const found = await findResource(this.#db, principal.tenantId, at);
    if (!found || !(await mayKnow(principal, found, (work) => readForTenant(this.#db, found.tenantId, work))))
      throw notFound('There is no such resource.');
    return found;
  }

  /**
   * @returns what somebody has just been allowed to change, and whether they may read the rest of it: `resource:edit` alone
   *   lets nobody see more
   * @throws Problem 404 `not-found`: it is gone meanwhile
   */
  async edited(principal: Principal, id: string): Promise<{ resource: ListedResource; isVisible: boolean }> {
    const resource = await findResource(this.#db, principal.tenantId, { id });
    if (!resource) throw notFound('There is no such resource.');
    const isVisible = await mayKnow(principal, resource, (work) =>
      readForTenant(this.#db, resource.tenantId, work),
    );
    return { resource, isVisible };
  }
}
