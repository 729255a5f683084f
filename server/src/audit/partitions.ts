import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { failureOf } from './batch-failure.ts';
import { dayAfter, dayOf, makePartition, strayRows } from './partition.store.ts';

/** Makes the days of the log ahead of time. */
export interface PartitionKeeper {
  /** Rows that were outside of every day when it looked last: some server's clock is wrong, or days are missing. */
  readonly strayRows: number;
  /** Makes today's partition and those of the next 7 days (UTC), and again every hour from then on. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const DAYS_AHEAD = 7;
const HOUR_MS = 3_600_000;

/** What a keeper needs. */
export interface PartitionOptions {
  database: Database;
  clock: Clock;
  log: Logger;
  /** For how long a row is kept. Default 90. */
  keptDays?: number;
}

/** @returns a keeper; what it fails to make is tried again in the next hour, until when rows go to the DEFAULT partition */
export function partitionKeeper(options: PartitionOptions): PartitionKeeper {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let strays = 0;

  const keep = (): Promise<void> =>
    (running ??= ensurePartitions(options)
      .then((rows) => {
        strays = rows ?? strays;
      })
      .finally(() => {
        running = undefined;
      }));

  return {
    get strayRows() {
      return strays;
    },
    start: async () => {
      await keep();
      timer = setInterval(() => void keep(), HOUR_MS);
      timer.unref();
    },
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/**
 * Makes today's partition and those of the next 7 days, and gives stray rows the day they belong to. Logs failures.
 *
 * @returns how many stray rows there were; undefined when that could not be found out
 */
export async function ensurePartitions(options: PartitionOptions): Promise<number | undefined> {
  const { database, clock, log, keptDays = 90 } = options;
  const days = [dayOf(clock.now())];
  while (days.length <= DAYS_AHEAD) days.push(dayAfter(days.at(-1) ?? ''));
  let strays: number | undefined;
  try {
    const stray = await strayRows(database, days.at(-1) ?? '', keptDays);
    strays = stray.rows;
    if (strays > 0) log.error({ rows: strays }, 'audit rows are in the DEFAULT partition');
    for (const day of new Set([...days, ...stray.days])) await makePartition(database, day);
  } catch (error) {
    log.error({ failure: failureOf(error) }, 'a partition of the audit log could not be made');
  }
  return strays;
}
