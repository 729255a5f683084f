import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { failureOf } from './batch-failure.ts';
import { dayAfter, dayOf, makePartition, strayRows } from './partition.store.ts';

/** Makes the days of the log ahead of time. */
export interface PartitionKeeper {
  /** Makes today's partition and those of the next 7 days (UTC), and again every hour from then on. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const DAYS_AHEAD = 7;
const HOUR_MS = 3_600_000;

/** @returns a keeper; what it fails to make is tried again in the next hour, until when rows go to the DEFAULT partition */
export function partitionKeeper(options: { database: Database; clock: Clock; log: Logger }): PartitionKeeper {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const keep = (): Promise<void> =>
    (running ??= ensurePartitions(options).finally(() => {
      running = undefined;
    }));

  return {
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

/** Makes today's partition and those of the next 7 days, and gives stray rows the day they belong to. Logs failures. */
export async function ensurePartitions(options: {
  database: Database;
  clock: Clock;
  log: Logger;
}): Promise<void> {
  const { database, clock, log } = options;
  const days = [dayOf(clock.now())];
  while (days.length <= DAYS_AHEAD) days.push(dayAfter(days.at(-1) ?? ''));
  try {
    const stray = await strayRows(database, days.at(-1) ?? '');
    if (stray.rows > 0) log.warn({ rows: stray.rows }, 'audit rows are in the DEFAULT partition');
    for (const day of new Set([...days, ...stray.days])) await makePartition(database, day);
  } catch (error) {
    log.error({ failure: failureOf(error) }, 'a partition of the audit log could not be made');
  }
}
