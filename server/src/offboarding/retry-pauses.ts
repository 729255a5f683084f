import type { Clock } from '../platform/clock.ts';

const LONGEST_MS = 300_000;

/**
 * When to try again what has failed: after each failure in a row it is left alone for twice as long, five minutes at
 * most, so that a lasting cause costs little and fills no log.
 */
export class RetryPauses {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #firstMs: number;
  readonly #failed = new Map<string, { pauseMs: number; again: number }>();

  /** @param firstMs the pause after the first failure, milliseconds */
  constructor(clock: Pick<Clock, 'monotonic'>, firstMs: number) {
    this.#clock = clock;
    this.#firstMs = firstMs;
  }

  /** Whether it never failed, or its pause is over. */
  isOver(id: string): boolean {
    return this.#clock.monotonic() >= (this.#failed.get(id)?.again ?? -Infinity);
  }

  /** It failed once more. */
  failed(id: string): void {
    const before = this.#failed.get(id)?.pauseMs;
    const pauseMs = before === undefined ? this.#firstMs : Math.min(before * 2, LONGEST_MS);
    this.#failed.set(id, { pauseMs, again: this.#clock.monotonic() + pauseMs });
  }

  /** It went well, or somebody says that it may now. */
  forget(id: string): void {
    this.#failed.delete(id);
  }
}
