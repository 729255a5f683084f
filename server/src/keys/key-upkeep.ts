import type { Logger } from 'pino';
import { described } from '../platform/problem-handler.ts';

const HOUR_MS = 3_600_000;

/** What is done to keys without being asked. */
export interface KeyUpkeep {
  /** Begins now, without being waited for, and again every hour. */
  start(): void;
  /** Ends what is under way after its batch. */
  close(): Promise<void>;
}

/**
 * @param steps run one after the other; one that fails is logged, and tried again in the next hour
 */
export function keyUpkeep(
  steps: readonly ((signal: AbortSignal) => Promise<unknown>)[],
  log: Logger,
): KeyUpkeep {
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    for (const step of steps) {
      if (closing.signal.aborted) return;
      await step(closing.signal).catch((error: unknown) =>
        log.error(described(error), 'the upkeep of keys failed; it is tried again within the hour'),
      );
    }
  };
  const run = (): void => {
    running ??= runAll().finally(() => (running = undefined));
  };
  return {
    start: () => {
      run();
      timer = setInterval(run, HOUR_MS);
      timer.unref();
    },
    close: async () => {
      clearInterval(timer);
      closing.abort();
      await running;
    },
  };
}
