import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { failureOf } from './batch-failure.ts';
import { withConnection } from '../platform/with-connection.ts';
import { addDenials } from './denial.store.ts';
import { DenialTally } from './denial-tally.ts';
import type { AccessRow } from './rows.ts';
import type { Spool } from './spool.ts';

/** One refused request. */
export interface RefusedRequest {
  /** Why, one lower-case word of a small fixed set, e.g. `signature`. */
  cause: string;
  /** The URL was truly signed by this deployment and is refused for another reason: that is always a row. */
  macHeld: boolean;
  /** As `ipPrefix()` gives it. */
  ipPrefix: string;
  row: AccessRow;
}

/** Where denials are recorded, in bounded space whatever a scanner sends. */
export interface DenialLog {
  /** Records one denial; never waits and never throws. */
  denied(refused: RefusedRequest): void;
  /** Writes the counts that are left. */
  close(): Promise<void>;
}

/** What the denial log needs. */
export interface DenialLogOptions {
  spool: Spool;
  database: Database;
  clock: Clock;
  log: Logger;
  /** How often counts are written while there are any, milliseconds. Default 1000. */
  flushAfterMs?: number;
}

const ATTEMPT_MS = 5_000;

/**
 * Denials of URLs that nobody signed are counted; ten of each kind and minute are rows too. Counts are written about
 * once a second while there are any: a killed process loses those of its last second, and a count whose commit was
 * not answered is added again.
 */
export function denialLog(options: DenialLogOptions): DenialLog {
  const { spool, database, clock, log, flushAfterMs = 1000 } = options;
  const tally = new DenialTally();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  let isFailing = false;

  const denied = ({ cause, macHeld, ipPrefix, row }: RefusedRequest): void => {
    const isSampled = macHeld || tally.add(clock.now(), cause, ipPrefix);
    // The refusal goes out whether or not the spool has room: there is nothing to hold back.
    if (isSampled) spool.append(row).catch(() => undefined);
    if (!macHeld) flushSoon();
  };

  const flushSoon = (): void => {
    timer ??= setTimeout(() => void flush(), flushAfterMs);
  };

  const flush = async (): Promise<void> => {
    flushing = write();
    await flushing;
    flushing = undefined;
    timer = undefined;
    if (tally.hasCounts) flushSoon();
  };

  const write = async (): Promise<void> => {
    const counts = tally.take();
    if (counts.length === 0) return;
    try {
      await withConnection(database, ATTEMPT_MS, (connection) => addDenials(connection, counts));
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ failure: failureOf(error) }, 'denials could not be counted yet');
      isFailing = true;
      tally.putBack(counts);
    }
  };

  const close = async (): Promise<void> => {
    clearTimeout(timer);
    await flushing;
    clearTimeout(timer);
    await write();
  };

  return { denied, close };
}
