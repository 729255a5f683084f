/** How often and how patiently a signing API is asked that does not answer. */
export interface Backoff {
  /** How often a failed request is repeated before those who wait are told. */
  readonly retries: number;
  /** Milliseconds before the first repetition; every further one waits twice as long. */
  readonly firstDelayMs: number;
  /** After how many failures in a row the breaker opens: from then on there are only probes. */
  readonly failures: number;
  /** Milliseconds between two probes, and before what failed is asked for again. */
  readonly probeMs: number;
}

/** 1, 2 and 4 seconds; the breaker opens after five failures and probes every 30 seconds. */
export const DEFAULT_BACKOFF: Backoff = {
  retries: 3,
  firstDelayMs: 1_000,
  failures: 5,
  probeMs: 30_000,
};

/**
 * Milliseconds to wait after the n-th failure in a row.
 *
 * @param failures how many there were so far, 1 or more
 * @param retryAfter seconds the server asked for, if it did: never less than that, up to a day
 */
export function waitAfter(backoff: Backoff, failures: number, retryAfter = 0): number {
  const { retries, firstDelayMs, probeMs } = backoff;
  /** What a server may ask for at the most: a slip of the pen there must not close a page for ever. */
  const mostMs = 86_400_000;
  // Without jitter, all who failed together would come back together.
  const jitter = Math.random();
  const wait =
    failures <= retries
      ? firstDelayMs * 2 ** (failures - 1) * (0.75 + jitter / 2)
      : failures < backoff.failures
        ? 0
        : probeMs;
  return Math.max(wait, Math.min(retryAfter * (1_000 + jitter * 250), mostMs));
}
