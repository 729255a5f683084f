import type { Logger } from 'pino';
import type { ChainHead } from './batch.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { failureOf } from './batch-failure.ts';
import { IssuanceChain } from './issuance-chain.ts';
import { cleanIssuance, type CleanIssuance } from './issuance-row.ts';
import type { IssuanceRow } from './rows.ts';
import { auditUnavailable } from './unavailable.ts';

/** What the issuance log needs, and its bounds. */
export interface IssuanceLogOptions {
  database: Database;
  /** A fresh UUID of this process: its batches are numbered from 0. */
  writer: string;
  /** Name of this server in the rows. */
  holder: string;
  clock: Clock;
  log: Logger;
  /** Rows that are committed together at most; one call's rows are never divided. Default 256. */
  maxRows?: number;
  /**
   * How long rows wait for company when the database is free, milliseconds. Default 0: the rest of the event-loop turn;
   * under load the commit that is under way gives company enough, and any wait costs rate and latency.
   */
  maxWaitMs?: number;
  /** Rows that may wait; more are refused at once. Default 8192. */
  maxQueued?: number;
  /** From the call to its refusal, milliseconds. Default 2000. */
  deadlineMs?: number;
}

/** The durable record of what was signed: no URL leaves before its row is committed. */
export interface IssuanceLog {
  /**
   * Commits the rows of one call together.
   *
   * @returns for each row, in order: true when it is committed; false when its key is not active, so that the URL must
   *   not leave
   * @throws Problem 503 `audit-unavailable`: queue full, database failed or too slow, or closed. Rows may be in all the
   *   same; a row without its URL does no harm, a URL without its row would.
   */
  record(rows: readonly IssuanceRow[]): Promise<boolean[]>;
  /** The last batch that is known to be in. */
  head(): ChainHead;
  /** Commits what waits, then refuses. */
  close(): Promise<void>;
}

interface Call {
  issuances: CleanIssuance[];
  /** On the monotonic clock. */
  deadline: number;
  resolve(committed: boolean[]): void;
  reject(error: Error): void;
}

/**
 * Group commit: while one batch is being committed the next one collects, so that many calls share one commit and a
 * lone call waits for nobody. One batch is under way at a time: it keeps a writer's numbers in the order of its commits.
 */
export function issuanceLog(options: IssuanceLogOptions): IssuanceLog {
  const { database, writer, holder, clock, log } = options;
  const { maxRows = 256, maxWaitMs = 0, maxQueued = 8192, deadlineMs = 2000 } = options;
  let waiting: Call[] = [];
  let waitingRows = 0;
  const chain = new IssuanceChain({ database, writer, holder, clock, log });
  let running: Promise<void> | undefined;
  let closed = false;

  const record = (rows: readonly IssuanceRow[]): Promise<boolean[]> => {
    if (rows.length === 0) return Promise.resolve([]);
    if (closed || waitingRows + rows.length > maxQueued) return Promise.reject(auditUnavailable());
    const at = clock.now();
    const deadline = clock.monotonic() + deadlineMs;
    return new Promise((resolve, reject) => {
      waiting.push({
        issuances: rows.map((row) => cleanIssuance(at, holder, row)),
        deadline,
        resolve,
        reject,
      });
      waitingRows += rows.length;
      running ??= run();
    });
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (waitingRows < maxRows) await company(maxWaitMs);
      const calls = takeBatch();
      if (calls.length > 0) await commit(calls);
    }
    running = undefined;
  };

  /** Whole calls up to `maxRows`, at least one; those whose time is over are refused. */
  const takeBatch = (): Call[] => {
    let rows = 0;
    let count = 0;
    for (const call of waiting) {
      if (count > 0 && rows + call.issuances.length > maxRows) break;
      rows += call.issuances.length;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingRows -= rows;
    const now = clock.monotonic();
    for (const call of taken) if (call.deadline <= now) call.reject(auditUnavailable());
    return taken.filter(({ deadline }) => deadline > now);
  };

  const commit = async (calls: readonly Call[]): Promise<void> => {
    const issuances = calls.flatMap((call) => call.issuances);
    try {
      const committed = await chain.append(issuances, Math.min(...calls.map(({ deadline }) => deadline)));
      let first = 0;
      for (const call of calls) call.resolve(committed.slice(first, (first += call.issuances.length)));
    } catch (error) {
      log.error({ failure: failureOf(error), rows: issuances.length }, 'issuances could not be recorded');
      for (const { reject } of calls) reject(auditUnavailable());
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await running;
  };

  return { record, head: () => chain.head, close };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Lets others join: the rest of this event-loop turn, or some milliseconds. */
const company = (milliseconds: number): Promise<void> =>
  milliseconds > 0 ? pause(milliseconds) : new Promise((resolve) => setImmediate(resolve));
