import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 100;

/**
 * Cancels what the database is doing for somebody as soon as they have left. More than once, since a cancellation that
 * arrives just before its statement does nothing.
 *
 * @param signal aborted when they have left
 * @param cancel sends one cancellation
 * @returns ends this; what it returns settles when no cancellation is on its way any more
 */
export function cancelWhenAborted(signal: AbortSignal, cancel: () => Promise<void>): () => Promise<void> {
  const over = new AbortController();
  let cancelling = Promise.resolve();
  const repeat = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await cancel().catch(() => undefined);
      await sleep(AGAIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };
  const begin = (): void => {
    cancelling = repeat();
  };
  signal.addEventListener('abort', begin, { signal: over.signal });
  if (signal.aborted) begin();
  return () => {
    over.abort();
    return cancelling;
  };
}
