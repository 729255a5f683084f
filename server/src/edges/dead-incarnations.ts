import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts } from '../leases/receipts.ts';
import type { Clock } from '../platform/clock.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';

const PAUSE_MS = 60_000;

/**
 * Finds the incarnations that died without a word, where no revocation has for long. It takes an epoch that stops
 * nothing: who lives acknowledges it, and its receipt ends the others when their leases are over. No clock decides.
 */
export class DeadIncarnations {
  readonly #db: TenantDatabase;
  readonly #receipts: Receipts;
  readonly #clock: Clock;
  readonly #begun = new Map<string, number>();

  constructor(db: TenantDatabase, receipts: Receipts, clock: Clock) {
    this.#db = db;
    this.#receipts = receipts;
    this.#clock = clock;
  }

  /** Begins it and returns at once; at most once a minute for each edge. */
  countOut(tenantId: string, edgeId: string): void {
    const now = this.#clock.monotonic();
    if (now - (this.#begun.get(edgeId) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return;
    this.#begun.set(edgeId, now);
    // A failure costs nothing: the next registration begins again.
    void this.#run(tenantId).catch(() => this.#begun.delete(edgeId));
  }

  async #run(tenantId: string): Promise<void> {
    const epoch = await forTenant(this.#db, tenantId, (connection) =>
      advanceEpoch(connection, { tenantId, change: 'edges-counted' }),
    );
    await this.#receipts.settle(epoch);
  }
}
