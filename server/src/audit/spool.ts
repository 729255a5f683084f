import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Database } from '../platform/database.ts';
import { StartError } from '../platform/start-error.ts';
import type { ChainHead } from './batch.ts';
import { failureOf } from './batch-failure.ts';
import type { AccessRow } from './rows.ts';
import { leftSegments } from './spool-left.ts';
import { accessLine } from './spool-line.ts';
import { SpoolSegment, type ClosedSegment } from './spool-segment.ts';
import { SpoolShipper } from './spool-shipper.ts';
import { auditUnavailable } from './unavailable.ts';

/** What the spool needs, and its bounds. */
export interface SpoolOptions {
  database: Database;
  /** Folder of the spools of all writers that ever ran here; this process must be the only one that uses it. */
  folder: string;
  /** A fresh UUID of this process: its segments are numbered from 0. */
  writer: string;
  /** Name of this server in the rows. */
  holder: string;
  log: Logger;
  /** Bytes in `folder` at which rows are refused. */
  maxBytes: number;
  /** Rows at which a segment is closed. Default 1024. */
  maxRows?: number;
  /** How long a row waits before it is shipped, milliseconds. Default 200. */
  shipAfterMs?: number;
  /** How much a power cut may take, milliseconds. Default 50. */
  syncAfterMs?: number;
}

/** The record of what was delivered or refused, on the local disk first, then in the database. */
export interface Spool {
  /**
   * @returns when the row is written: from then on the death of this process cannot lose it
   * @throws Problem 503 `audit-unavailable`: the spool is full, the disk fails, or the spool is not open
   */
  append(row: AccessRow): Promise<void>;
  /** @returns when every row that was taken before is in the database, however long that takes */
  shipped(): Promise<void>;
}

interface Turn {
  lines: string[];
  written: PromiseWithResolvers<void>;
}

const ENDING_MS = 3_000;

/**
 * Rows of one event-loop turn are one write. They collect in a segment, which is closed when it is large or old enough
 * and shipped as one batch; the next segment is its successor in number. What a killed process left is shipped by the
 * next one, under the writer and numbers it had. An idle spool has no timer.
 */
export class DeliverySpool implements Spool {
  readonly #options: Required<SpoolOptions>;
  readonly #home: string;
  readonly #shipper: SpoolShipper;
  readonly #closing = new Set<Promise<void>>();
  #isOpen = false;
  #bytes = 0;
  #turn: Turn | undefined;
  #segment: SpoolSegment | undefined;
  #nextBatch = 0;
  #shipTimer: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isUnproven = false;

  constructor(options: SpoolOptions) {
    this.#options = { maxRows: 1024, shipAfterMs: 200, syncAfterMs: 50, ...options };
    this.#home = join(options.folder, options.writer);
    this.#shipper = new SpoolShipper({
      database: options.database,
      log: options.log,
      shipped: (segment) => this.#forget(segment),
      idle: () => this.#shipSoon(),
    });
  }

  /**
   * Opens the spool and begins to ship what earlier processes left.
   *
   * @throws StartError when the folder cannot be used
   */
  async start(): Promise<void> {
    const { folder, writer, log } = this.#options;
    try {
      await mkdir(this.#home, { recursive: true, mode: 0o700 });
      const left = await leftSegments(folder, writer);
      this.#bytes = left.reduce((sum, { size }) => sum + size, 0);
      if (left.length > 0)
        log.info({ segments: left.length }, 'shipping what an earlier process left in its spool');
      this.#shipper.add(...left);
    } catch (error) {
      throw new StartError(`The audit spool ${folder} cannot be used: ${failureOf(error).message}.`, {
        cause: error,
      });
    }
    this.#isOpen = true;
  }

  /** @returns for each writer whose segments it ships, the last batch that is known to be in the database */
  heads(): ReadonlyMap<string, ChainHead> {
    return this.#shipper.heads();
  }

  append(row: AccessRow): Promise<void> {
    if (!this.#isOpen) return Promise.reject(auditUnavailable());
    let turn = this.#turn;
    if (!turn) {
      turn = this.#turn = { lines: [], written: Promise.withResolvers() };
      setImmediate(() => this.#writeTurn());
    }
    turn.lines.push(accessLine(row));
    return turn.written.promise;
  }

  /** @returns when every row that was taken before is in the database, however long that takes */
  async shipped(): Promise<void> {
    this.#writeTurn();
    this.#closeSegment();
    await this.#shipper.settled();
  }

  /** Refuses new rows, ships what it can within 3 s and leaves the rest to the next start. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#writeTurn();
    clearTimeout(this.#syncTimer);
    this.#closeSegment();
    await this.#shipper.end(ENDING_MS);
    await Promise.all(this.#closing);
    await rmdir(this.#home).catch(() => undefined);
  }

  #writeTurn(): void {
    const turn = this.#turn;
    if (!turn) return;
    this.#turn = undefined;
    try {
      this.#write(turn);
    } catch (error) {
      if (this.#segment?.isTorn) this.#closeSegment();
      if (!this.#isFailing)
        this.#options.log.error({ failure: failureOf(error) }, 'the audit spool takes no rows');
      this.#isFailing = true;
      turn.written.reject(auditUnavailable());
      return;
    }
    if (this.#isFailing) this.#options.log.info('the audit spool takes rows again');
    this.#isFailing = false;
    turn.written.resolve();
  }

  #write({ lines }: Turn): void {
    const { maxBytes, maxRows, writer, holder } = this.#options;
    const text = lines.join('');
    const segment = (this.#segment ??= new SpoolSegment(this.#home, writer, this.#nextBatch, holder));
    // Only now: a file that could not be made must not leave a gap in the numbers.
    this.#nextBatch = segment.batchNo + 1;
    const before = segment.size;
    if (this.#bytes + segment.lengthOf(text) > maxBytes) throw new Error('it has reached its size limit');
    segment.write(text, lines.length, this.#isUnproven);
    this.#isUnproven = false;
    this.#bytes += segment.size - before;
    this.#syncSoon();
    if (segment.rows >= maxRows) this.#closeSegment();
    else this.#shipSoon();
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => void this.#sync(), this.#options.syncAfterMs);
  }

  async #sync(): Promise<void> {
    const segment = this.#segment;
    if (segment?.isDirty) await segment.sync().catch((error: unknown) => this.#syncFailed(segment, error));
    this.#syncTimer = undefined;
    if (this.#segment?.isDirty) this.#syncSoon();
  }

  /** The disk may have lost what it took: nothing more is acknowledged until it has proved that it keeps a row. */
  #syncFailed(segment: SpoolSegment, error: unknown): void {
    this.#options.log.error({ failure: failureOf(error) }, 'the disk of the audit spool fails');
    this.#isUnproven = true;
    if (this.#segment === segment) this.#closeSegment();
  }

  #shipSoon(): void {
    if (!this.#segment?.rows || !this.#shipper.isIdle) return;
    this.#shipTimer ??= setTimeout(() => this.#closeSegment(), this.#options.shipAfterMs);
  }

  #closeSegment(): void {
    clearTimeout(this.#shipTimer);
    this.#shipTimer = undefined;
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = undefined;
    const closing = segment.close().catch((error: unknown) => this.#syncFailed(segment, error));
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
    this.#shipper.add(segment);
  }

  #forget({ writer, file, size }: ClosedSegment): void {
    this.#bytes -= size;
    // Only the last file of a folder leaves it empty; a writer of the past makes no more.
    if (writer !== this.#options.writer) void rmdir(dirname(file)).catch(() => undefined);
  }
}
