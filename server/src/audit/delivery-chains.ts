import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { transaction, type Connection, type Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { insertAccesses } from './access.store.ts';
import type { SealableAccess } from './access-row.ts';
import { Batch, emptyBatch, type BatchPlace, type ChainHead, type SealedBatch } from './batch.ts';
import { isAlreadyIn } from './batch-failure.ts';
import { headBefore, insertEmptyBatches, lastBeforeSeals, readBatch } from './batch.store.ts';
import { writeEvent } from './event.store.ts';

const ATTEMPT_MS = 10_000;

/** More missing segments than any spool ever held: whoever named the file did not number it. */
const LARGEST_GAP = 10_000;

/** A segment's rows on their way into its writer's chain. */
export interface DeliveryBatch {
  writer: string;
  batchNo: number;
  holder: string;
  accesses: readonly SealableAccess[];
}

/** There is a batch of this number, and it is not this one. */
export class NumberTaken extends Error {
  constructor(batchNo: number) {
    super(`number ${batchNo} has a batch with other rows`);
    this.name = 'NumberTaken';
  }
}

/** A number that no segment of this writer can have had. */
class ForeignNumber extends RangeError {
  constructor(missing: number) {
    super(`${missing} segments before it are missing`);
    this.name = 'ForeignNumber';
  }
}

/**
 * The chains of all writers whose segments this process ships, its own and those of processes that are no more.
 * Segments of a writer come in the order of their numbers; a number without its segment gets a batch without rows, and
 * an event says so, so that a chain never has a gap.
 */
export class DeliveryChains {
  readonly #database: Database;
  readonly #log: Logger;
  /** What is known of a writer; what it continues is the same writer's chain from before there were seals. */
  readonly #heads = new Map<string, ChainHead>();
  readonly #continued = new Map<string, { writer: string; first: number } | undefined>();

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** For each writer that it has seen, the last batch that is known to be in. */
  get heads(): ReadonlyMap<string, ChainHead> {
    return this.#heads;
  }

  /**
   * Puts a segment's rows in, unless they are in.
   *
   * @throws NumberTaken, RangeError (rows or number that cannot be sealed), or as PostgreSQL does
   */
  async append({ holder, accesses, ...asked }: DeliveryBatch): Promise<void> {
    const place = await this.#placeOf(asked.writer, asked.batchNo);
    if (place) await this.#insert(place, { holder, accesses });
  }

  /** Puts a batch without rows in the place of one that cannot be shipped, unless there is one, and records why. */
  async skip({ writer, batchNo }: { writer: string; batchNo: number }, reason: string): Promise<void> {
    try {
      const place = await this.#placeOf(writer, batchNo);
      if (place) await this.#fill([place], reason);
    } catch (error) {
      if (!(error instanceof ForeignNumber)) throw error;
    }
  }

  /** @returns undefined when it is in already */
  async #placeOf(writer: string, batchNo: number): Promise<Place | undefined> {
    const place = await this.#continuation(writer, batchNo);
    if (place.batchNo < 0) return undefined;
    const head =
      this.#heads.get(place.writer) ??
      (await withConnection(this.#database, ATTEMPT_MS, (connection) =>
        headBefore(connection, place.writer, place.batchNo),
      ));
    const missing = place.batchNo - 1 - head.batchNo;
    if (missing < 0) return undefined;
    if (missing > LARGEST_GAP) throw new ForeignNumber(missing);
    this.#heads.set(place.writer, head);
    if (missing > 0) {
      const first = head.batchNo + 1;
      const places = Array.from({ length: missing }, (_, n) => ({
        writer: place.writer,
        batchNo: first + n,
      }));
      await this.#fill(places, `segments ${first} to ${place.batchNo - 1} are not in the spool`);
    }
    return place;
  }

  /** A writer of a release without seals has batches outside of any chain; its later ones are a chain of their own. */
  async #continuation(writer: string, batchNo: number): Promise<Place> {
    if (!this.#continued.has(writer)) {
      const last = await withConnection(this.#database, ATTEMPT_MS, (connection) =>
        lastBeforeSeals(connection, writer),
      );
      this.#continued.set(
        writer,
        last === undefined ? undefined : { writer: successor(writer), first: last + 1 },
      );
    }
    const continued = this.#continued.get(writer);
    return continued ? { writer: continued.writer, batchNo: batchNo - continued.first } : { writer, batchNo };
  }

  async #insert({ writer, batchNo }: Place, rows: Pick<DeliveryBatch, 'holder' | 'accesses'>): Promise<void> {
    const previous = this.#previous(writer, batchNo);
    const batch = new Batch({ previous, writer, batchNo, attempt: randomUUID() }, rows.accesses);
    const seal = await this.#tell({ writer, batchNo }, rows.accesses.length, (connection) =>
      insertAccesses(connection, { batch, ...rows }),
    );
    this.#heads.set(writer, { batchNo, seal });
  }

  /** @returns the seal of the batch that is in, be it by an earlier try or by this one */
  async #tell(
    { writer, batchNo }: Place,
    rowCount: number,
    insert: (connection: Connection) => Promise<Buffer>,
  ): Promise<Buffer> {
    try {
      return await withConnection(this.#database, ATTEMPT_MS, insert);
    } catch (error) {
      if (!isAlreadyIn(error)) throw error;
    }
    const stored = await withConnection(this.#database, ATTEMPT_MS, (connection) =>
      readBatch(connection, writer, batchNo),
    );
    if (!stored) throw new Error(`batch ${batchNo} was there and is gone`);
    if (stored.rowCount !== rowCount) {
      this.#heads.delete(writer);
      throw new NumberTaken(batchNo);
    }
    return stored.seal;
  }

  async #fill(places: readonly Place[], reason: string): Promise<void> {
    const [first] = places;
    if (!first) return;
    const { writer } = first;
    const batches: (BatchPlace & SealedBatch)[] = [];
    for (const { batchNo } of places) {
      const previous: Buffer = batches.at(-1)?.seal ?? this.#previous(writer, batchNo);
      const place = { previous, writer, batchNo, attempt: randomUUID() };
      batches.push({ ...place, ...emptyBatch(place) });
    }
    try {
      await transaction(this.#database, async (connection) => {
        await insertEmptyBatches(connection, batches);
        await writeEvent(connection, {
          event: 'spool-segment-lost',
          actor: 'system',
          reason: `${writer}: ${reason}`,
        });
      });
    } catch (error) {
      // What is there now decides, so it is read again.
      this.#heads.delete(writer);
      if (isAlreadyIn(error)) return;
      throw error;
    }
    this.#log.error(
      { writer, batchNo: first.batchNo, batches: batches.length, reason },
      'the audit lost segments',
    );
    const last = batches.at(-1);
    if (last) this.#heads.set(writer, { batchNo: last.batchNo, seal: last.seal });
  }

  #previous(writer: string, batchNo: number): Buffer {
    const head = this.#heads.get(writer);
    if (head?.batchNo !== batchNo - 1) throw new Error(`nobody knows what comes before batch ${batchNo}`);
    return head.seal;
  }
}

interface Place {
  writer: string;
  batchNo: number;
}

/** The same for everybody who asks, so that a second try finds the first: a UUID of version 8 (RFC 9562). */
function successor(writer: string): string {
  const hex = createHash('sha256').update(`continues ${writer}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
