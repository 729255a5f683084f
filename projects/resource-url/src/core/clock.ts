/** Tells the wall time in milliseconds since 1970, which is what expiries are written in. */
export interface Clock {
  now(): number;
}

/** The device's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
