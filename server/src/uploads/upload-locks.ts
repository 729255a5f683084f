import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../platform/database.ts';
import { uploadLocked } from './tus-problems.ts';
import { LockSession, type OnWanted } from './upload-locks.store.ts';

const PATIENCE_MS = 2500;
/** Who is told that an upload has ended begins nothing more; what is on its way to a store is waited for. */
const PATIENCE_AFTER_END_MS = 10_000;
const LOOK_EVERY_MS = 50;
const ASK_EVERY_MS = 400;

/** Nobody else works on the upload until it is released or lost. */
export interface UploadLock {
  /** Aborted when the database may have given it to somebody else: stop writing. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Locks on uploads that hold among all servers: advisory locks of one connection, which end with the process that has
 * it, however it ends. Whoever waits says so, and a holder whose sender is silent gives way.
 */
export class UploadLocks {
  readonly #db: Database;
  readonly #log: Pick<Logger, 'warn'>;
  #session: Promise<LockSession> | undefined;
  #closed = false;

  /** @param db the database itself: a pooler of transactions forgets its locks. One connection is kept when it was needed */
  constructor(db: Database, log: Pick<Logger, 'warn'>) {
    this.#db = db;
    this.#log = log;
  }

  /**
   * @param onWanted told each time somebody else waits for it
   * @throws Problem 423 `upload-locked` after some seconds; what the database fails with
   */
  acquire(id: string, onWanted: OnWanted = () => undefined): Promise<UploadLock> {
    return this.#acquire(id, onWanted, 'wanted', PATIENCE_MS);
  }

  /**
   * The lock of an upload that has ended: whoever works on it, at any server, is told so.
   *
   * @throws Problem 423 `upload-locked` after some seconds; what the database fails with
   */
  acquireEnded(id: string): Promise<UploadLock> {
    return this.#acquire(id, () => undefined, 'ended', PATIENCE_AFTER_END_MS);
  }

  async #acquire(
    id: string,
    onWanted: OnWanted,
    what: 'wanted' | 'ended',
    patience: number,
  ): Promise<UploadLock> {
    const giveUp = performance.now() + patience;
    let askedAt = -Infinity;
    for (;;) {
      const session = await this.#open();
      const isAsking = performance.now() - askedAt >= ASK_EVERY_MS;
      if (isAsking) askedAt = performance.now();
      if (await session.take(id, onWanted, isAsking ? what : 'no')) {
        return { lost: session.lost.signal, release: () => session.release(id) };
      }
      if (performance.now() >= giveUp) throw uploadLocked();
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Gives all locks back. */
  async close(): Promise<void> {
    this.#closed = true;
    const session = await this.#session?.catch(() => undefined);
    session?.end();
  }

  #open(): Promise<LockSession> {
    if (this.#closed) throw uploadLocked();
    this.#session ??= LockSession.open(this.#db, (reason) => {
      this.#session = undefined;
      if (!this.#closed) this.#log.warn({ reason }, 'locks on uploads were lost with their connection');
    }).catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }
}
