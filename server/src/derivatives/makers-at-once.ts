import { availableParallelism } from 'node:os';

/** Threads that Node has for everything that must not hold up the event loop, unless UV_THREADPOOL_SIZE says otherwise. */
const USUAL_THREADS = 4;

/** What a process has to work with. */
export interface Machine {
  cores: number;
  /** Of the pool that reads files, looks up names and writes the audit down. */
  threads: number;
}

/** @returns what this process has */
export function thisMachine(): Machine {
  const threads = Number(process.env['UV_THREADPOOL_SIZE']);
  return { cores: availableParallelism(), threads: threads >= 1 ? threads : USUAL_THREADS };
}

/**
 * Each picture keeps a core and a thread of the pool busy. One core is left for signing, and half of the threads for the
 * audit, which nothing is delivered without.
 *
 * @param wanted DERIVATIVES_AT_ONCE
 * @returns how many are made at once: at least one, unless none are wanted
 */
export function makersAtOnce(wanted: number, { cores, threads }: Machine): number {
  return Math.min(wanted, Math.max(1, Math.min(cores - 1, Math.floor(threads / 2))));
}
