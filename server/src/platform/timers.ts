import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting, injected like the clock, so that tests can hold it. */
export interface Timers {
  /**
   * Runs `work` once, `milliseconds` from now. Does not keep the process alive.
   *
   * @returns a function that takes it back
   */
  after(milliseconds: number, work: () => void): () => void;
  /** Settles `milliseconds` from now. Keeps the process alive. */
  pause(milliseconds: number): Promise<void>;
}

export const systemTimers: Timers = {
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  pause: (milliseconds) => sleep(milliseconds),
};
