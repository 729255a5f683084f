/** Time, injected so that tests can hold it. */
export interface Clock {
  /** Wall time, milliseconds since 1970. May step. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never steps. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
