import type { EpochReading } from '../epoch.store.ts';
import type { NumberedChange } from '../change.ts';
import type { Holder } from '../holder.store.ts';
import type { PendingReceipt } from '../ports.ts';
import type { Receipt } from '../receipts.ts';
import type { VirtualTime } from './virtual-time.ts';

const TENANT = 'default';

/** What is broken on purpose, so that the oracle can show that it would see it. */
export type Fault = 'sequence' | 'no-registration' | 'fill-without-epoch' | 'lowered-at-once';

/**
 * What PostgreSQL promises of the statements in `*.store.ts`, and no more: each is one moment, a transaction shows
 * everything at its commit, and whoever advances the epoch holds its row until then.
 */
export class SimulatedDatabase {
  /** Told the number of each commit that advanced the epoch. */
  onCommit: (epoch: number) => void = () => undefined;
  /** Told which key's receipt is there from now on. */
  onReceipt: (kid: string, receipt: Receipt) => void = () => undefined;
  readonly #time: VirtualTime;
  readonly #fault: Fault | undefined;
  #epoch = 0;
  #leaseMs: number;
  #longestLeaseMs: number;
  #leaseEpoch = 0;
  #compactedTo = 0;
  #sequence = 0;
  /** The row lock of `epoch`. */
  #locked: Promise<void> = Promise.resolve();
  readonly #log: NumberedChange[] = [];
  readonly #holders = new Map<string, Holder & { acknowledged: number; ended: boolean }>();
  readonly #revoked = new Map<string, number>();
  readonly #receipts = new Map<number, Receipt | undefined>();

  constructor(time: VirtualTime, leaseMs: number, fault?: Fault) {
    this.#time = time;
    this.#leaseMs = leaseMs;
    this.#longestLeaseMs = leaseMs;
    this.#fault = fault;
  }

  read(cursor: number): EpochReading {
    const missed = cursor < this.#compactedTo;
    return {
      epoch: this.#epoch,
      leaseMs: this.#leaseMs,
      longestLeaseMs: this.#fault === 'lowered-at-once' ? this.#leaseMs : this.#longestLeaseMs,
      changes: missed ? [] : this.#log.filter(({ epoch }) => epoch > cursor),
      missed,
    };
  }

  isLive(kid: string): boolean {
    return !this.#revoked.has(kid);
  }

  register(holder: Holder, acknowledged: number): void {
    if (this.#fault === 'no-registration') return;
    this.#holders.set(holder.incarnation, { ...holder, acknowledged, ended: false });
  }

  acknowledge(incarnation: string, epoch: number): boolean {
    if (this.#fault === 'no-registration') return true;
    const holder = this.#holders.get(incarnation);
    if (!holder || holder.ended) return false;
    holder.acknowledged = Math.max(holder.acknowledged, epoch);
    return true;
  }

  end(incarnation: string): void {
    const holder = this.#holders.get(incarnation);
    if (holder) holder.ended = true;
  }

  liveHolders(epoch: number): (Holder & { acknowledged: boolean })[] {
    return [...this.#holders.values()]
      .filter(({ ended }) => !ended)
      .map(({ incarnation, holderId, acknowledged }) => ({
        ...{ incarnation, holderId },
        acknowledged: acknowledged >= epoch,
      }));
  }

  endLapsedHolders(incarnations: readonly string[], epoch: number): void {
    for (const incarnation of incarnations) {
      const holder = this.#holders.get(incarnation);
      if (holder && holder.acknowledged < epoch) holder.ended = true;
    }
  }

  /**
   * One transaction that revokes a key, held open between its last statement and its COMMIT.
   *
   * @param commits false: its server was killed before the COMMIT, and it is rolled back
   * @returns the epoch of the key's revocation; undefined when it was rolled back
   */
  async revoke(kid: string, openMs: number, commits: () => boolean): Promise<number | undefined> {
    const unlock = await this.#lock();
    const earlier = this.#revoked.get(kid);
    if (earlier !== undefined) {
      unlock();
      return earlier;
    }
    this.#sequence += 1;
    const number = this.#sequence;
    await new Promise<void>((resolve) => this.#time.after(openMs, resolve));
    if (!commits()) {
      unlock();
      return undefined;
    }
    const epoch = this.#fault === 'sequence' ? number : this.#epoch + 1;
    this.#epoch = Math.max(this.#epoch, epoch);
    this.#log.push(changeOf(epoch, kid));
    this.#revoked.set(kid, epoch);
    this.#receipts.set(epoch, undefined);
    unlock();
    this.onCommit(epoch);
    return epoch;
  }

  /** The statement of `setLeaseTime`, and its trigger. */
  async setLease(milliseconds: number): Promise<void> {
    const unlock = await this.#lock();
    this.#longestLeaseMs = Math.max(this.#longestLeaseMs, milliseconds);
    if (milliseconds < this.#leaseMs) {
      this.#epoch += 1;
      this.#sequence = Math.max(this.#sequence, this.#epoch);
      this.#leaseEpoch = this.#epoch;
    }
    this.#leaseMs = milliseconds;
    unlock();
    this.onCommit(this.#epoch);
  }

  longerLeaseUntil(): number | undefined {
    return this.#longestLeaseMs > this.#leaseMs ? this.#leaseEpoch : undefined;
  }

  forgetLongerLease(leaseEpoch: number): void {
    if (leaseEpoch === this.#leaseEpoch) this.#longestLeaseMs = this.#leaseMs;
  }

  /** Keeps the newest `entries` of the log. */
  compact(entries: number): void {
    this.#compactedTo = Math.max(this.#compactedTo, this.#epoch - entries);
  }

  finish(receipt: Receipt): Receipt {
    const { epoch } = receipt;
    const stands = this.#receipts.get(epoch);
    if (stands) return stands;
    if (!this.#receipts.has(epoch)) return receipt;
    this.#receipts.set(epoch, receipt);
    for (const [kid, revokedAt] of this.#revoked) if (revokedAt === epoch) this.onReceipt(kid, receipt);
    return receipt;
  }

  pending(): PendingReceipt[] {
    return [...this.#receipts]
      .filter(([, receipt]) => !receipt)
      .map(([epoch]) => ({ epoch, tenantId: TENANT }))
      .sort((a, b) => a.epoch - b.epoch);
  }

  /** Waits for the row of the epoch. A sequence has none: that is what is wrong with it. */
  async #lock(): Promise<() => void> {
    if (this.#fault === 'sequence') return () => undefined;
    const before = this.#locked;
    let unlock = (): void => undefined;
    this.#locked = new Promise((resolve) => (unlock = resolve));
    await before;
    return unlock;
  }
}

const changeOf = (epoch: number, kid: string): NumberedChange => ({
  ...{ epoch, tenantId: TENANT, change: 'key-revoked', ownerId: null },
  ...{ kids: [kid], paths: [], signatureIds: [], prefixes: [] },
});
