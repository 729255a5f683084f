import type { Clock } from '../../platform/clock.ts';

/** A clock that stands until it is moved. */
export class HeldClock implements Clock {
  monotonicMs = 0;
  wallMs = 1_800_000_000_000;
  now = (): number => this.wallMs;
  monotonic = (): number => this.monotonicMs;

  pass(milliseconds: number): void {
    this.monotonicMs += milliseconds;
    this.wallMs += milliseconds;
  }
}
