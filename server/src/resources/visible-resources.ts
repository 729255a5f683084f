import type { Principal } from '../identity/principal.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { notFound } from '../platform/problem.ts';
import { findResource, listResources, type ListedResource, type ResourceFilter } from './store.ts';

const PUBLIC = 'public/';

/** What somebody asks the list for. */
export type ResourceQuery = Pick<ResourceFilter, 'prefix' | 'after' | 'limit'>;

/** Resources as far as somebody may see them: public ones and one's own, or all with `resource:view-all`. */
export class VisibleResources {
  readonly #db: TenantDatabase;

  constructor(db: TenantDatabase) {
    this.#db = db;
  }

  /** @returns one page in path order, and how many there are in all to see */
  list(principal: Principal, query: ResourceQuery): Promise<{ items: ListedResource[]; total: number }> {
    const visibleTo = seesAll(principal) ? undefined : principal.id;
    return listResources(this.#db, { ...query, tenantId: principal.tenantId, visibleTo });
  }

  /** @throws Problem 404 `not-found`: also for what is there and may not be seen */
  async get(principal: Principal, id: string): Promise<ListedResource> {
    const found = await findResource(this.#db, principal.tenantId, id);
    if (!found || !isVisible(found, principal)) throw notFound('There is no such resource.');
    return found;
  }
}

/** @returns whether somebody may know of a resource */
export function isVisible(
  { ownerId, path }: Pick<ListedResource, 'ownerId' | 'path'>,
  principal: Principal,
): boolean {
  return ownerId === principal.id || path.startsWith(PUBLIC) || seesAll(principal);
}

function seesAll({ permissions }: Principal): boolean {
  return permissions.has('resource:view-all');
}
