import { batchedLookup } from '../platform/batched-lookup.ts';
import { CoherentCache } from '../platform/coherent-cache.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { NumberedChange } from '../leases/change.ts';
import { requireNotBehind } from '../leases/not-behind.ts';
import type { Resource } from './resource.ts';
import { findResources } from './store.ts';

/** How long a request may wait for what is not in memory, milliseconds. */
const LOOKUP_MS = 2000;
const MOST_RESOURCES = 100_000;

/** What stands behind a path now: read when first needed, dropped when a change says so. */
export class Catalog {
  readonly #resources: CoherentCache<Resource>;
  readonly #ask: (name: string) => Promise<Resource | undefined>;

  /** @param applied newest epoch that this server has applied: rows of a database that is behind are refused */
  constructor(db: Database, applied: () => number = () => 0) {
    const ask = async (names: string[]): Promise<Map<string, Resource>> => {
      const split = names.map((name) => name.split('\n'));
      const tenantIds = split.map(([tenantId = '']) => tenantId);
      const paths = split.map(([, path = '']) => path);
      const before = applied();
      const found = await withConnection(db, LOOKUP_MS, (connection) =>
        findResources(connection, tenantIds, paths),
      );
      requireNotBehind(found, before);
      return new Map(found.map((resource) => [nameOf(resource.tenantId, resource.path), resource]));
    };
    this.#resources = new CoherentCache(batchedLookup(ask, 1), MOST_RESOURCES);
    this.#ask = batchedLookup(ask);
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

  /**
   * For a request that nothing proves: whatever is in memory, it costs its share of one query per 5 ms, so that neither
   * a flood of paths costs more, nor the time tells what is there.
   *
   * @returns the resource at this path when its old URLs were ended once; undefined: there is none, or they never were
   */
  async findRotated(tenantId: string, path: string): Promise<Resource | undefined> {
    const found = await this.#ask(nameOf(tenantId, path));
    // That answer may be older than a change that was applied meanwhile; this one is not.
    return found && found.rotation > 0 ? this.find(tenantId, path) : undefined;
  }

  /** @returns whether this is what stands behind its path by everything that is known at this moment */
  stillCurrent(resource: Resource): boolean {
    return this.#resources.peek(nameOf(resource.tenantId, resource.path)) === resource;
  }

  /** Drops what a change made wrong. */
  apply({ tenantId, paths, prefixes }: Pick<NumberedChange, 'tenantId' | 'paths' | 'prefixes'>): void {
    paths.forEach((path) => this.#resources.invalidate(nameOf(tenantId, path)));
    if (prefixes.length === 0) return;
    const names = prefixes.map((prefix) => nameOf(tenantId, prefix));
    this.#resources.invalidateAll((name) => names.some((beginning) => name.startsWith(beginning)));
  }

  /** Drops everything: nobody knows what was changed. */
  forgetAll(): void {
    this.#resources.clear();
  }
}

// Neither a tenant nor a path holds a line feed.
function nameOf(tenantId: string, path: string): string {
  return `${tenantId}\n${path}`;
}
