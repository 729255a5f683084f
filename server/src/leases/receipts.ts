import type { Clock } from '../platform/clock.ts';
import type { Timers } from '../platform/timers.ts';
import type { Lease } from './lease.ts';
import type { PendingReceipt, ReceiptStore } from './ports.ts';

/**
 * Proof of a revocation: a request that reaches any holder after this was returned is refused, and responses under
 * way are cut at their next 8 MiB or within the lease.
 */
export interface Receipt {
  epoch: number;
  /** ISO time from which the bound holds. */
  effectiveAt: string;
  /** Holders that use the epoch in every check. */
  acknowledged: string[];
  /** Holders that did not answer, whose leases are over. */
  lapsed: string[];
  /** Whoever serves outside the protocol; empty while only gateways serve. */
  notCovered: string[];
  waitedMs: number;
  /** `early`: every holder acknowledged. `fallback`: every lease without this epoch has run out. */
  mode: 'early' | 'fallback';
}

/** What is known of a change that ends something: its epoch at once, its receipt when nobody can serve without it. */
export interface Settling {
  epoch: number;
  receipt: Promise<Receipt>;
}

/** What the process that settles a receipt knows of leases: its own `Lease`, or an `Onlooker` when it serves nothing. */
export type LeaseView = Pick<Lease, 'longestLeaseMs' | 'catchUp'>;

/** Where changes are kept outside of the database, so that a restored backup cannot undo them. */
export interface ChangeRecord {
  /** @returns when the change of this epoch, and all before it, are kept @throws Problem when they are not */
  durable(epoch: number): Promise<void>;
}

const POLL_MS = 20;

/** What settling a receipt needs. */
export interface ReceiptOptions {
  store: ReceiptStore;
  lease: LeaseView;
  clock: Clock;
  timers: Timers;
  /** No receipt is answered before it has the change. Absent in a command: servers keep what it does. */
  record?: ChangeRecord;
}

/** Waits until no holder can serve without an epoch, and writes the receipt. */
export class Receipts {
  readonly #options: ReceiptOptions;
  /** One wait for each epoch, however many ask. */
  readonly #settling = new Map<number, Promise<Receipt>>();

  constructor(options: ReceiptOptions) {
    this.#options = options;
  }

  /**
   * @param epoch of a transaction that has committed, in this process or, for a receipt that another left pending, elsewhere
   * @returns the final receipt, after at most 1.05 L + 50 ms
   * @throws Problem when the change could not be recorded outside of the database
   */
  settle(epoch: number): Promise<Receipt> {
    const underWay = this.#settling.get(epoch);
    if (underWay) return underWay;
    const settling = this.#settle(epoch).finally(() => this.#settling.delete(epoch));
    this.#settling.set(epoch, settling);
    // Who only wants the epoch does not wait, and must not end the process by that.
    settling.catch(() => undefined);
    return settling;
  }

  /** Makes every check of this process use `epoch`, and starts its receipt without waiting for other holders. */
  async applyHere(epoch: number): Promise<void> {
    await this.#options.lease.catchUp(epoch);
    void this.settle(epoch);
  }

  /**
   * Finishes what servers that are no more have left pending, by the timer of this process.
   *
   * @param ageMs younger ones are left to the server that began them; 0 for all
   * @returns the receipts that are finished now, oldest first
   * @throws when the database does not answer; what is not finished stays pending
   */
  async finishPending(ageMs: number): Promise<Receipt[]> {
    const pending = await this.#options.store.pending(ageMs);
    // Each tenant has holders of its own: what those of one have acknowledged proves nothing to another.
    const byTenant = [...Map.groupBy(pending, ({ tenantId }) => tenantId).values()];
    const finished = await Promise.all(byTenant.map((ofTenant) => this.#finishAll(ofTenant)));
    return finished.flat().sort((a, b) => a.epoch - b.epoch);
  }

  /** @param pending of one tenant, oldest first */
  async #finishAll(pending: readonly PendingReceipt[]): Promise<Receipt[]> {
    const newest = pending.at(-1);
    if (newest === undefined) return [];
    // Who uses the newest uses all of them, and its wait began after all of them had committed.
    const proof = await this.#prove(newest.epoch);
    const finished: Receipt[] = [];
    for (const { epoch } of pending) finished.push(await this.#options.store.finish({ ...proof, epoch }));
    return finished;
  }

  /**
   * After L was lowered: waits until nobody serves under the longer one, and lets receipts count on that. Any process
   * may do it, and any number of them.
   *
   * @throws when the database does not answer; receipts go on waiting for the longer one then
   */
  async settleLease(): Promise<void> {
    const { store } = this.#options;
    const leaseEpoch = await store.longerLeaseUntil();
    if (leaseEpoch === undefined) return;
    await this.#prove(leaseEpoch);
    await store.forgetLongerLease(leaseEpoch);
  }

  async #settle(epoch: number): Promise<Receipt> {
    return this.#options.store.finish(await this.#prove(epoch));
  }

  /** Waits until no holder can serve without `epoch`, and no restored database can be without it. */
  async #prove(epoch: number): Promise<Receipt> {
    const { store, lease, clock, timers, record } = this.#options;
    const start = clock.monotonic();
    await lease.catchUp(epoch);
    const recorded = record?.durable(epoch);
    // It is looked at when the holders have answered, and must not end the process before.
    recorded?.catch(() => undefined);
    // Any lease without this epoch was asked for before the commit, so it is over after L; 5 % for clock rate.
    const fallbackMs = lease.longestLeaseMs * 1.05 + 50;
    for (;;) {
      // A look that began before the time was over proves nothing by time, however late its answer comes.
      const waitedMs = clock.monotonic() - start;
      const holders = await store.liveHolders(epoch);
      const waiting = holders.filter((holder) => !holder.acknowledged);
      if (waiting.length === 0 || waitedMs >= fallbackMs) {
        await store.endLapsedHolders(
          waiting.map(({ incarnation }) => incarnation),
          epoch,
        );
        await recorded;
        return {
          epoch,
          effectiveAt: new Date(clock.now()).toISOString(),
          acknowledged: holders.filter((holder) => holder.acknowledged).map(({ holderId }) => holderId),
          lapsed: waiting.map(({ holderId }) => holderId),
          notCovered: [],
          waitedMs: Math.round(clock.monotonic() - start),
          mode: waiting.length === 0 ? 'early' : 'fallback',
        };
      }
      await timers.pause(Math.min(POLL_MS, fallbackMs - waitedMs));
    }
  }
}
