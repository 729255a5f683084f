import type { ResourceUploadError } from './resource-upload-error.ts';

const DELAYS = [1_000, 2_000, 4_000];

/** Longer than this nobody waits in front of a screen: the person decides. */
const LONGEST = 5 * 60_000;

/** How long a file waits while there is no network, unless the browser says before that there is one again. */
export const WHILE_OFFLINE_MS: number = LONGEST;

/** So that many who failed together do not come back together. */
const JITTER = 0.2;

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * @param failures how many attempts failed in a row, this one included
 * @returns nothing when there is none to follow
 */
export function retryDelay(error: ResourceUploadError, failures: number): number | undefined {
  const delay = DELAYS[failures - 1];
  if (delay === undefined || !error.transient) return undefined;
  const asked = Math.max(delay, (error.retryAfter ?? 0) * 1_000);
  return asked > LONGEST ? undefined : asked * (1 + Math.random() * JITTER);
}
