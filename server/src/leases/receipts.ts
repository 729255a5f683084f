import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { endLapsedHolders, liveHolders } from './holder.store.ts';
import type { Lease } from './lease.ts';
import { finishReceipt } from './receipt.store.ts';

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
export type LeaseView = Pick<Lease, 'leaseMs' | 'catchUp'>;

const POLL_MS = 20;

/** Waits until no holder can serve without `epoch`, and writes the receipt. */
export class Receipts {
  readonly #db: Database;
  readonly #lease: LeaseView;
  readonly #clock: Clock;
  /** One wait for each epoch, however many ask. */
  readonly #settling = new Map<number, Promise<Receipt>>();

  constructor(db: Database, lease: LeaseView, clock: Clock) {
    this.#db = db;
    this.#lease = lease;
    this.#clock = clock;
  }

  /**
   * @param epoch of a transaction that has committed, in this process or, for a receipt that another left pending, elsewhere
   * @returns the final receipt, after at most 1.05 L + 50 ms
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
    await this.#lease.catchUp(epoch);
    void this.settle(epoch);
  }

  async #settle(epoch: number): Promise<Receipt> {
    const start = this.#clock.monotonic();
    await this.#lease.catchUp(epoch);
    // Any lease without this epoch was asked for before the commit, so it is over after L; 5 % for clock rate.
    const fallbackMs = this.#lease.leaseMs * 1.05 + 50;
    for (;;) {
      const holders = await liveHolders(this.#db, epoch);
      const waiting = holders.filter((holder) => !holder.acknowledged);
      const waitedMs = this.#clock.monotonic() - start;
      if (waiting.length === 0 || waitedMs >= fallbackMs) {
        const receipt: Receipt = {
          epoch,
          effectiveAt: new Date(this.#clock.now()).toISOString(),
          acknowledged: holders.filter((holder) => holder.acknowledged).map(({ holderId }) => holderId),
          lapsed: waiting.map(({ holderId }) => holderId),
          notCovered: [],
          waitedMs: Math.round(waitedMs),
          mode: waiting.length === 0 ? 'early' : 'fallback',
        };
        await endLapsedHolders(
          this.#db,
          waiting.map(({ incarnation }) => incarnation),
          epoch,
        );
        await finishReceipt(this.#db, receipt);
        return receipt;
      }
      await sleep(Math.min(POLL_MS, fallbackMs - waitedMs));
    }
  }
}
