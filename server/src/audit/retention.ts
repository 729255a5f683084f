import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import { transaction, type Connection, type Database } from '../platform/database.ts';
import { failureOf } from './batch-failure.ts';
import { PARTITION_DROPPED } from './event-writer.ts';
import { writeEvent } from './event.store.ts';
import { beginningOf, dayAfter, daysWithPartition } from './partition.store.ts';
import {
  claimDay,
  databaseTime,
  dropDenialCounts,
  keepLeaves,
  oldStrays,
  partitionOfDay,
  summarise,
  takeAway,
  underPolicies,
  type OldDay,
  type RetiredDay,
} from './retention.store.ts';

/** What retention needs. */
export interface RetentionOptions {
  /** Acts as the owner of the log. */
  database: Database;
  /** Days for which a row is kept at least. */
  days: number;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  /** Tries for each day, as long as somebody reads the log. Default 20. */
  attempts?: number;
  /** Between two of them, milliseconds. Default 1000. */
  pauseMs?: number;
}

/** Drops days of the log that are old enough. */
export interface Retention {
  /** Looks now, without being waited for, and every hour from then on: a day goes within an hour of its time. */
  start(): void;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LOCK_MS = 250;

/** @returns the daily job; what it cannot do now it tries again in the next hour, all days that are due */
export function retention(options: RetentionOptions): Retention {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const closing = new AbortController();
  const run = (): void => {
    running ??= retireOldDays(options, closing.signal).finally(() => {
      running = undefined;
    });
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

/**
 * Drops every whole day (UTC) whose last row is older than `days`, the oldest first. The batches of its rows, with their
 * seals, stay. Each day is one transaction with a sealed event; servers that look at the same time take turns. Logs
 * failures.
 *
 * @param signal ends it after the day that is under way
 */
export async function retireOldDays(options: RetentionOptions, signal?: AbortSignal): Promise<void> {
  const { database, days, clock, log } = options;
  try {
    // What is gone is gone, so one wrong clock must not be enough.
    const before = Math.min(clock.now(), await databaseTime(database)) - days * DAY_MS;
    const partitions = (await daysWithPartition(database)).map(partitionOfDay);
    const due = [...partitions, ...(await oldStrays(database, before))]
      .filter(({ day }) => beginningOf(dayAfter(day)) <= before)
      .sort((a, b) => a.day.localeCompare(b.day));
    for (const old of due) {
      if (signal?.aborted) return;
      const retired = await transaction(database, (connection) => retire(connection, old, options, signal));
      if (!retired) return;
      log.info(
        { day: old.day, rows: retired.rows },
        'a day of the audit log is past its keeping and was dropped',
      );
    }
    await dropDenialCounts(database, before);
  } catch (error) {
    log.error({ failure: failureOf(error) }, 'an old day of the audit log could not be dropped');
  }
}

/** @returns undefined when another server is at it */
async function retire(
  connection: Connection,
  old: OldDay,
  { attempts = 20, pauseMs = 1_000 }: RetentionOptions,
  signal: AbortSignal | undefined,
): Promise<RetiredDay | undefined> {
  if (!(await claimDay(connection, old, LOCK_MS))) return undefined;
  const retired = await summarise(connection, old);
  await keepLeaves(connection, old);
  for (let attempt = 1; ; attempt += 1) {
    await connection.query('SAVEPOINT attempt');
    try {
      // First the event's lock: whoever writes an event holds it, and waits for the log that is dropped from.
      await underPolicies(connection, () =>
        writeEvent(connection, {
          event: PARTITION_DROPPED,
          actor: 'system',
          resourceId: old.day,
          reason: `rows=${retired.rows} sha256=${retired.digest.toString('hex')}`,
        }),
      );
      await takeAway(connection, old);
      return retired;
    } catch (error) {
      if (!isLocked(error) || attempt === attempts || signal?.aborted) throw error;
      // This frees the locks too, so that events and inserts go on meanwhile.
      await connection.query('ROLLBACK TO SAVEPOINT attempt');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** SQLSTATE lock_not_available, deadlock_detected. */
const isLocked = (error: unknown): boolean =>
  ['55P03', '40P01'].includes(String((error as { code?: unknown }).code));
