import type { EpochReading } from './epoch.store.ts';
import type { Holder } from './holder.store.ts';
import type { Receipt } from './receipts.ts';

/** What a holder asks of the database, on one connection. */
export interface HolderSession {
  /** The state now and, unless they are too many or gone, the changes after `cursor`; all of one snapshot. */
  read(cursor: number): Promise<EpochReading>;
  /** Registers an incarnation durably, before its first lease. */
  register(holder: Holder, acknowledged: number): Promise<void>;
  /** @returns false when the incarnation was declared ended meanwhile */
  acknowledge(incarnation: string, epoch: number): Promise<boolean>;
  /** The incarnation serves no more. */
  end(incarnation: string): Promise<void>;
}

/** Where leases come from: PostgreSQL, or a simulation of it. */
export interface LeaseStore {
  /**
   * Runs `work` for at most `milliseconds`; what was under way then may or may not have been done.
   *
   * @throws what `work` threw, or an error when the time was over
   */
  within<T>(milliseconds: number, work: (session: HolderSession) => Promise<T>): Promise<T>;
}

/** A change that lacks its receipt. */
export interface PendingReceipt {
  epoch: number;
  /** Who serves for others only is not waited for. */
  tenantId: string;
}

/** What a receipt is made of. */
export interface ReceiptStore {
  /** In a snapshot of its own: holders that have not ended, whether they have acknowledged `epoch` or not. */
  liveHolders(epoch: number): Promise<(Holder & { acknowledged: boolean })[]>;
  /** Ends incarnations that have not acknowledged `epoch`, once their leases are over. */
  endLapsedHolders(incarnations: readonly string[], epoch: number): Promise<void>;
  /** Writes the final receipt once. @returns the one that stands, which may be an earlier one */
  finish(receipt: Receipt): Promise<Receipt>;
  /** @returns changes, committed at least `ageMs` ago, that lack their receipt, oldest first */
  pending(ageMs: number): Promise<PendingReceipt[]>;
  /** @returns the epoch at which L was lowered, while somebody may still serve under the longer one */
  longerLeaseUntil(): Promise<number | undefined>;
  /** From now on receipts wait for the lease time of `leaseEpoch` and no longer, unless it was changed again since. */
  forgetLongerLease(leaseEpoch: number): Promise<void>;
}
