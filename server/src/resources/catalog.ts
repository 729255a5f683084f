import { batchedLookup } from '../platform/batched-lookup.ts';
import { CoherentCache } from '../platform/coherent-cache.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { NumberedChange } from '../leases/change.ts';
import type { Resource } from './resource.ts';
import { findResources } from './store.ts';

/** How long a request may wait for what is not in memory, milliseconds. */
const LOOKUP_MS = 2000;
const MOST_RESOURCES = 100_000;

/** What stands behind a path now: read when first needed, dropped when a change says so. */
export class Catalog {
  readonly #resources: CoherentCache<Resource>;

  constructor(db: Database) {
    const lookup = batchedLookup(async (names) => {
      const split = names.map((name) => name.split('\n'));
      const tenantIds = split.map(([tenantId = '']) => tenantId);
      const paths = split.map(([, path = '']) => path);
      const found = await withConnection(db, LOOKUP_MS, (connection) =>
        findResources(connection, tenantIds, paths),
      );
      return new Map(found.map((resource) => [nameOf(resource.tenantId, resource.path), resource]));
    }, 1);
    this.#resources = new CoherentCache(lookup, MOST_RESOURCES);
  }

  /** @returns the resource at this path if it is in memory now */
  peek(tenantId: string, path: string): Resource | undefined {
    return this.#resources.peek(nameOf(tenantId, path));
  }

  /** @returns the resource at this path; undefined: there is none */
  find(tenantId: string, path: string): Resource | undefined | Promise<Resource | undefined> {
    return this.#resources.get(nameOf(tenantId, path));
  }

  /**
   * Takes as long as finding out that there is nothing at this path, and fails when that fails: for a refusal of what
   * is in memory, which its time would tell apart otherwise.
   */
  async findNothing(tenantId: string, path: string): Promise<void> {
    // No path ends with a slash.
    await this.#resources.get(nameOf(tenantId, `${path}/`));
  }

  /** @returns whether this is what stands behind its path by everything that is known at this moment */
  stillCurrent(resource: Resource): boolean {
    return this.#resources.peek(nameOf(resource.tenantId, resource.path)) === resource;
  }

  /** Drops what a change made wrong. */
  apply(change: Pick<NumberedChange, 'tenantId' | 'paths'>): void {
    change.paths.forEach((path) => this.#resources.invalidate(nameOf(change.tenantId, path)));
  }
}

// Neither a tenant nor a path holds a line feed.
function nameOf(tenantId: string, path: string): string {
  return `${tenantId}\n${path}`;
}
