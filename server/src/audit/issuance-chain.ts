import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { Batch, NO_BATCH, type ChainHead } from './batch.ts';
import { isAlreadyIn, isRefusedForGood } from './batch-failure.ts';
import { readBatch, type StoredBatch } from './batch.store.ts';
import type { CleanIssuance } from './issuance-row.ts';
import { findIssuances, insertIssuances, type IssuanceBatch, type RecordedBatch } from './issuance.store.ts';

/** What the chain needs. */
export interface IssuanceChainOptions {
  database: Database;
  writer: string;
  holder: string;
  clock: Clock;
  log: Logger;
}

/** The chain cannot go on: what the database holds under its numbers is not what was sent. */
export class ChainBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChainBroken';
  }
}

const RETRY_MS = 50;

/**
 * The chain of batches of one writer. One call at a time.
 *
 * A number is used until a batch of that number is known to be in. So a try that nobody heard of again leaves neither a
 * gap nor a fork: when it comes in late, it is the batch of that number, and whoever finds the number taken reads whose
 * try it was, goes on from its seal, and uses the next one.
 */
export class IssuanceChain {
  readonly #options: IssuanceChainOptions;
  #head: ChainHead = NO_BATCH;
  /** Tries of the next number whose outcome nobody knows. */
  readonly #doubtful = new Set<string>();

  constructor(options: IssuanceChainOptions) {
    this.#options = options;
  }

  /** The last batch that is known to be in. */
  get head(): ChainHead {
    return this.#head;
  }

  /**
   * Commits the rows as one batch.
   *
   * @param deadline on the monotonic clock
   * @returns for each row, in order, whether it is proven to be in
   * @throws ChainBroken, DeadlinePassed, or as PostgreSQL does
   */
  async append(issuances: readonly CleanIssuance[], deadline: number): Promise<boolean[]> {
    for (;;) {
      const next = this.#next(issuances);
      const { attempt } = next.batch.place;
      this.#doubtful.add(attempt);
      const stored = await this.#insert(next, deadline);
      if ('rowNumbers' in stored) return this.#proven(next, stored);
      if (!this.#doubtful.has(stored.attempt)) {
        this.#doubtful.delete(attempt);
        throw new ChainBroken(
          `batch ${next.batch.place.batchNo} of this writer was written by somebody else`,
        );
      }
      this.#advance(stored.seal);
    }
  }

  #next(issuances: readonly CleanIssuance[]): IssuanceBatch {
    const { writer, holder } = this.#options;
    const { batchNo, seal: previous } = this.#head;
    const batch = new Batch({ previous, writer, batchNo: batchNo + 1, attempt: randomUUID() }, issuances);
    return { batch, holder, issuances };
  }

  /** Tries until the deadline. @returns what went in, or whose batch has this number already */
  async #insert(next: IssuanceBatch, deadline: number): Promise<RecordedBatch | StoredBatch> {
    const { database, clock } = this.#options;
    let isIn = false;
    for (;;) {
      try {
        return await withConnection(database, Math.max(1, deadline - clock.monotonic()), (connection) =>
          isIn ? findStored(connection, next) : insertIssuances(connection, next),
        );
      } catch (error) {
        if (isAlreadyIn(error)) {
          isIn = true;
          continue;
        }
        if (isRefusedForGood(error)) this.#doubtful.delete(next.batch.place.attempt);
        if (isRefusedForGood(error) || error instanceof ChainBroken) throw error;
        if (clock.monotonic() + RETRY_MS >= deadline) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  /** No URL is answered for a row that the seal does not cover. */
  #proven({ batch, issuances }: IssuanceBatch, { rowNumbers, seal }: RecordedBatch): boolean[] {
    if (!batch.sealed(rowNumbers).seal.equals(seal)) {
      throw new ChainBroken(`batch ${batch.place.batchNo} does not hold what was sent`);
    }
    this.#advance(seal);
    const isIn = new Array<boolean>(issuances.length).fill(false);
    for (const rowNumber of rowNumbers) isIn[rowNumber] = true;
    return isIn;
  }

  #advance(seal: Buffer): void {
    this.#head = { batchNo: this.#head.batchNo + 1, seal };
    // Their number is taken, so none of them can come in any more.
    this.#doubtful.clear();
  }
}

async function findStored(
  connection: Parameters<typeof readBatch>[0],
  next: IssuanceBatch,
): Promise<RecordedBatch | StoredBatch> {
  const { writer, batchNo, attempt } = next.batch.place;
  const stored = await readBatch(connection, writer, batchNo);
  if (!stored) throw new ChainBroken(`batch ${batchNo} was there and is gone`);
  if (stored.attempt !== attempt) return stored;
  return { rowNumbers: await findIssuances(connection, next), seal: stored.seal };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
