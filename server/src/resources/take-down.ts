import { writeEvent } from '../audit/event.store.ts';
import { countLiveUrls } from '../audit/issued-urls.store.ts';
import { SearchTurns } from '../audit/search-turns.ts';
import type { Preview } from '../leases/dry-run.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts, Settling } from '../leases/receipts.ts';
import { notFound } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { countPrefix, lockPrefix, rotatePrefix } from './change.store.ts';

const nothingThere = () => notFound('Nothing is stored under this prefix.');

/** What is to be taken down, and who says so. */
export interface TakedownOrder {
  tenantId: string;
  /** Beginning of paths, letter by letter. */
  prefix: string;
  /** Principal id, for the audit. */
  actor: string;
  /** Why, for the audit. */
  reason?: string | undefined;
}

/** Ends the old URLs of everything under a prefix, with one receipt. */
export class Takedowns {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;
  /** A prefix may be all that a tenant has: counting its URLs must not take every connection. */
  readonly #turns = new SearchTurns();

  constructor(db: TenantDatabase, receipts: Receipts) {
    this.#db = db;
    this.#receipts = receipts;
  }

  /** @throws Problem 404 `not-found`: nothing is there */
  async revokePrefix({ tenantId, prefix, actor, reason }: TakedownOrder): Promise<Settling> {
    const epoch = await forTenant(this.#db, tenantId, async (connection) => {
      if ((await lockPrefix(connection, tenantId, prefix)) === 0) throw nothingThere();
      // A prefix may be all that a tenant has. This is what takes long, and nobody else waits for it.
      await rotatePrefix(connection, tenantId, prefix);
      // Whoever makes a resource needs the lock of the audit's events until it commits. With that lock held, everything
      // that could have been signed and is not rotated yet is seen by the next statement; what comes later has no old URL.
      await writeEvent(connection, { event: 'prefix-revoked', tenantId, path: prefix, actor, reason });
      await rotatePrefix(connection, tenantId, prefix);
      return advanceEpoch(connection, { tenantId, change: 'prefix-revoked', prefixes: [prefix] });
    });
    return { epoch, receipt: this.#receipts.settle(epoch) };
  }

  /** What `revokePrefix` would end. @throws as that would, and searchesBusy */
  preview({ tenantId, prefix }: Pick<TakedownOrder, 'tenantId' | 'prefix'>): Promise<Preview> {
    return this.#turns.run(tenantId, () =>
      readForTenant(this.#db, tenantId, async (connection) => {
        const resources = await countPrefix(connection, tenantId, prefix);
        if (resources === 0) throw nothingThere();
        return { dryRun: true, resources, urls: await countLiveUrls(connection, tenantId, { prefix }) };
      }),
    );
  }
}
