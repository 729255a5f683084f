import type { Logger } from 'pino';
import { systemTimers, type Timers } from '../platform/timers.ts';
import type { Receipts } from './receipts.ts';

const EVERY_MS = 60_000;
/** A server that is alive has finished its receipt by then, unless leases are longer. */
const LEFT_BEHIND_MS = 10_000;
const COMPACT_EVERY = 60;

/** What upkeep needs. */
export interface UpkeepOptions {
  receipts: Receipts;
  /** Takes old entries out of the epoch log, and whatever else nobody needs any more. @returns entries of the log */
  compact: () => Promise<number>;
  log: Pick<Logger, 'info' | 'warn'>;
  timers?: Timers;
}

/**
 * What any server does for all of them, at its start and every minute: finishes the receipts and the lowered lease times
 * that others left pending, and every hour compacts the epoch log. Several servers may do it at once.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #round = 0;
  #stopTimer: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  start(): void {
    this.#running = this.#run().finally(() => {
      if (this.#closed) return;
      this.#stopTimer = (this.#options.timers ?? systemTimers).after(EVERY_MS, () => this.start());
    });
  }

  /** Begins no other round. One that waits for leases is not waited for: others finish what it leaves. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  /** Settles when the round that is under way has ended. */
  get idle(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { receipts, compact, log } = this.#options;
    const round = this.#round;
    this.#round += 1;
    const steps = [
      async () => {
        const finished = await receipts.finishPending(round === 0 ? 0 : LEFT_BEHIND_MS);
        if (finished.length > 0)
          log.info({ receipts: finished.length }, 'finished receipts that were pending');
      },
      () => receipts.settleLease(),
      async () => {
        if (round % COMPACT_EVERY > 0) return;
        const gone = await compact();
        if (gone > 0) log.info({ entries: gone }, 'compacted the epoch log');
      },
    ];
    await Promise.all(
      steps.map((step) =>
        step().catch((error: unknown) => {
          if (this.#closed) return;
          log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'upkeep of leases failed');
        }),
      ),
    );
  }
}
