import { readFile, rename, unlink } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Database } from '../platform/database.ts';
import { sealableAccess } from './access-row.ts';
import type { ChainHead } from './batch.ts';
import { failureOf, isRefusedForGood } from './batch-failure.ts';
import { DeliveryChains, NumberTaken } from './delivery-chains.ts';
import { parseSegment, type SegmentContent } from './spool-line.ts';
import type { ClosedSegment } from './spool-segment.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What the shipper needs, and whom it tells. */
export interface ShipperOptions {
  database: Database;
  log: Logger;
  /** A segment is in the database and its file is gone. */
  shipped(segment: ClosedSegment): void;
  /** Nothing is left to ship. */
  idle(): void;
}

/**
 * Brings closed segments into the database, each exactly once and in order: a segment is one batch, so one that was
 * committed by a try that never heard of it is known by its number, and its file just goes. Tries for ever, with
 * pauses up to 5 s; without work it has no timer.
 */
export class SpoolShipper {
  readonly #options: ShipperOptions;
  readonly #chains: DeliveryChains;
  #queue: ClosedSegment[] = [];
  #running: Promise<void> | undefined;
  #isEnding = false;
  #endPause: () => void = () => undefined;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#chains = new DeliveryChains(options.database, options.log);
  }

  /** @returns for each writer of a segment that was shipped, the last batch that is known to be in */
  heads(): ReadonlyMap<string, ChainHead> {
    return this.#chains.heads;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  add(...segments: ClosedSegment[]): void {
    this.#queue.push(...segments);
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  /** @returns when nothing is left to ship */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ships what is left for at most `milliseconds`; the rest stays in its files for the next start. */
  async end(milliseconds: number): Promise<void> {
    if (!this.#running) return;
    const stop = (): void => {
      this.#isEnding = true;
      this.#endPause();
    };
    const timer = setTimeout(stop, milliseconds);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let failures = 0;
    for (let next = this.#queue[0]; next && !this.#isEnding; next = this.#queue[0]) {
      try {
        await this.#ship(next);
        this.#queue.shift();
        if (failures > 0) log.info('the audit spool is shipped again');
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ failure: failureOf(error) }, 'the audit spool waits for the database');
        await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10)));
      }
    }
    this.#running = undefined;
    if (!this.#isEnding) this.#options.idle();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (this.#isEnding) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #ship(segment: ClosedSegment): Promise<void> {
    const { file, writer, batchNo, size } = segment;
    const bytes = await readFile(file).catch(unlessGone);
    if (bytes) {
      const content = parseSegment(bytes.subarray(0, size).toString());
      if (!content) return this.#setAside(segment, 'its first line is not that of a segment');
      if (content.damaged > 0) {
        this.#options.log.error(
          { writer, batchNo, lines: content.damaged },
          'lines of the audit spool cannot be read',
        );
      }
      try {
        await this.#append(segment, content);
      } catch (error) {
        if (!isHopeless(error)) throw error;
        return this.#setAside(segment, failureOf(error).message);
      }
      await unlink(file).catch(unlessGone);
    } else {
      this.#options.log.error({ writer, batchNo }, 'somebody removed a file of the audit spool');
      await this.#chains.skip(segment, `segment ${batchNo} was removed`);
    }
    this.#options.shipped(segment);
  }

  /** A segment without rows is a batch too: the chain has no gap. */
  async #append({ writer, batchNo }: ClosedSegment, { holder, rows }: SegmentContent): Promise<void> {
    const accesses = rows.map((row) => sealableAccess(row, holder));
    await this.#chains.append({ writer, batchNo, holder, accesses });
  }

  /** One segment that the database will never take must not hold up the others; it is kept for somebody to look at. */
  async #setAside(segment: ClosedSegment, reason: string): Promise<void> {
    const { file, writer, batchNo } = segment;
    // First, since nobody looks at the file's number any more when it has the other name.
    await this.#chains.skip(segment, `segment ${batchNo} is set aside`);
    await rename(file, `${file}.refused`);
    this.#options.log.error({ writer, batchNo, reason }, 'a segment of the audit spool is set aside');
  }
}

/** Trying again cannot help. */
const isHopeless = (error: unknown): boolean =>
  isRefusedForGood(error) || error instanceof RangeError || error instanceof NumberTaken;

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
