import type { Logger } from 'pino';
import { forgetExpiredSignatures } from '../keys/revoked-signature.store.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Connection, Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { findDiscarded, forgetDiscarded, forgetRetiredPaths } from './change.store.ts';

const EVERY_MS = 3_600_000;
const PATIENCE_MS = 10_000;
/** Removed one after the other before they are forgotten. */
const AT_ONCE = 100;

/** Asks the database as `holder`, for a short time. */
export type Ask = <T>(work: (db: Connection) => Promise<T>) => Promise<T>;

/** Objects that were made of others, and are worth nothing without them. */
export interface DerivedBlobs {
  /** Removes what was made of these. */
  removeOf(ask: Ask, objectKeys: readonly string[]): Promise<void>;
  /** Removes what nobody needs for another reason. */
  removeUseless(ask: Ask): Promise<void>;
}

/**
 * Removes what changes leave behind: objects that no resource has any more, signature ids that have expired, rotations of
 * paths without a resource. It begins with what a killed server left, and what fails now is tried again later.
 */
export class Leftovers {
  readonly #db: Database;
  readonly #blobs: BlobStore;
  readonly #log: Logger;
  readonly #derived: DerivedBlobs;
  readonly #ask: Ask = (work) => withConnection(this.#db, PATIENCE_MS, work);
  #timer: NodeJS.Timeout | undefined;
  #clearing: Promise<void> = Promise.resolve();
  /** The one that begins when the one under way has ended. */
  #next: Promise<void> | undefined;
  #nextClearsAll = false;
  #closed = false;

  /** @param db acts as `holder` */
  constructor(db: Database, blobs: BlobStore, derived: DerivedBlobs, log: Logger) {
    this.#derived = derived;
    this.#db = db;
    this.#blobs = blobs;
    this.#log = log;
  }

  /** Clears now and every hour; nobody waits for it. */
  start(): void {
    this.#timer = setInterval(() => void this.clear(), EVERY_MS).unref();
    void this.clear();
  }

  /** Clears everything once more, after whatever is being cleared. Never rejects. */
  clear(): Promise<void> {
    this.#nextClearsAll = true;
    return this.#queue();
  }

  /**
   * Removes the objects that are discarded now, after whatever is being cleared. However often it is called meanwhile, they are looked
   * for once: each change calls it. Never rejects.
   */
  clearDiscarded(): Promise<void> {
    return this.#queue();
  }

  #queue(): Promise<void> {
    this.#next ??= this.#clearing = this.#clearing
      .then(() => this.#clearNext())
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (!this.#closed) this.#log.warn({ reason }, 'what changes left behind is not removed yet');
      });
    return this.#next;
  }

  async #clearNext(): Promise<void> {
    const clearsAll = this.#nextClearsAll;
    // Whatever is discarded from now on may not be seen by this one.
    this.#next = undefined;
    this.#nextClearsAll = false;
    await this.#clearAllDiscarded();
    if (clearsAll && !this.#closed) await this.#clearOthers();
  }

  async #clearAllDiscarded(): Promise<void> {
    for (;;) {
      if (this.#closed) return;
      const keys = await this.#ask((db) => findDiscarded(db, AT_ONCE));
      if (keys.length === 0) break;
      await this.#derived.removeOf(this.#ask, keys);
      // The row goes last: a crash in between removes an object twice, which is no error.
      for (const key of keys) await this.#blobs.delete(key);
      await this.#ask((db) => forgetDiscarded(db, keys));
    }
  }

  async #clearOthers(): Promise<void> {
    await this.#derived.removeUseless(this.#ask);
    await this.#ask(async (db) => {
      await forgetExpiredSignatures(db);
      await forgetRetiredPaths(db);
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#clearing;
  }
}
