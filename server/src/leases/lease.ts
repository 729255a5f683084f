import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Connection, Database } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { NumberedChange } from './change.ts';
import { currentEpoch, readEpoch } from './epoch.store.ts';
import { acknowledge, endHolder, registerHolder, type Holder } from './holder.store.ts';

/** 503 `lease-expired`: this holder cannot know what was revoked, so it refuses. */
export const leaseExpired = (): Problem =>
  new Problem(
    503,
    'lease-expired',
    'Delivery cannot confirm what is revoked',
    'The database has not answered for longer than the lease. Try again.',
    { 'Retry-After': '1' },
  );

const ENDING_MS = 2000;

/**
 * The right to go on serving without hearing from the database. It lasts `leaseMs` from the moment **before** the
 * database was asked, by the monotonic clock and by the wall clock alike: whichever says "over" first is believed.
 */
export class Lease {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners: ((change: NumberedChange) => void)[] = [];
  #holder: Holder;
  #applied = 0;
  #leaseMs = 0;
  #from = { monotonic: 0, wall: 0 };
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #closed = false;
  #isFailing = false;

  /** @param db connections of its own, two at least, so that nobody else's query keeps a renewal waiting */
  constructor(db: Database, clock: Clock, log: Logger, holder: Holder) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    this.#holder = holder;
  }

  /** Who serves under this lease. The incarnation changes when others had to declare this one ended. */
  get holder(): Holder {
    return this.#holder;
  }

  /** The newest epoch that every check uses. */
  get applied(): number {
    return this.#applied;
  }

  /** L, milliseconds. */
  get leaseMs(): number {
    return this.#leaseMs;
  }

  /** `listener` is called, in order, with every change that others committed; it must not throw. */
  onChange(listener: (change: NumberedChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether serving is allowed at this moment. */
  holds(): boolean {
    if (this.#closed) return false;
    const monotonic = this.#clock.monotonic() - this.#from.monotonic;
    const wall = this.#clock.now() - this.#from.wall;
    return monotonic >= 0 && monotonic < this.#leaseMs && wall >= 0 && wall < this.#leaseMs;
  }

  /** Registers this holder and takes the first lease. The caches are empty, so no history is applied. */
  async start(): Promise<void> {
    this.#applied = await currentEpoch(this.#db);
    await registerHolder(this.#db, this.#holder, this.#applied);
    await this.renew();
  }

  /** Asks the database what changed, applies it, and lends anew. Concurrent calls share one question. */
  renew(): Promise<void> {
    this.#renewing ??= this.#ask().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /**
   * Applies every change up to `epoch`, which a transaction of this process has just committed.
   * A question that was under way may have been asked before the commit, so a second one is asked.
   */
  async catchUp(epoch: number): Promise<void> {
    while (this.#applied < epoch) await this.renew();
  }

  async #ask(): Promise<void> {
    // A revocation that is still being settled must not bring back what has said that it serves no more.
    if (this.#closed) throw new Error('the lease was given back');
    clearTimeout(this.#timer);
    const from = { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
    try {
      await withConnection(this.#db, this.#patienceMs(), (connection) => this.#renewOn(connection, from));
    } finally {
      this.#schedule();
    }
  }

  async #renewOn(connection: Connection, from: { monotonic: number; wall: number }): Promise<void> {
    const { epoch, leaseMs, changes } = await readEpoch(connection, this.#applied);
    if (epoch < this.#applied) {
      throw new Error(
        `the database is at epoch ${epoch}, behind ${this.#applied}: was it restored from a backup?`,
      );
    }
    for (const change of changes) this.#listeners.forEach((listener) => listener(change));
    // Acknowledged means applied and used by every check, so this comes after the listeners; and it comes before
    // lending, because a receipt may have declared this incarnation ended while it did not answer: nobody would
    // wait for it any more.
    if (epoch > this.#applied && !(await acknowledge(connection, this.#holder.incarnation, epoch))) {
      this.#holder = { ...this.#holder, incarnation: randomUUID() };
      await registerHolder(connection, this.#holder, epoch);
      this.#applied = epoch;
      return;
    }
    this.#applied = epoch;
    this.#leaseMs = leaseMs;
    this.#from = from;
  }

  /** A question that takes longer is given up, and its connection with it: a later one may be answered. */
  #patienceMs(): number {
    return (this.#leaseMs || 2000) / 2;
  }

  #schedule(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        void this.renew().then(
          () => this.#tell(undefined),
          (error: unknown) => this.#tell(error),
        ),
      (this.#leaseMs || 1000) / 4,
    );
    this.#timer.unref();
  }

  /** An outage is two lines in the log, however long it lasts. */
  #tell(failure: unknown): void {
    const isFailing = failure !== undefined;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    if (failure instanceof Error) this.#log.warn({ reason: failure.message }, 'the lease is not renewed');
    else this.#log.info('the lease is renewed again');
  }

  /** Stops serving at once and says so. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#renewing?.catch(() => undefined);
    clearTimeout(this.#timer);
    const { incarnation } = this.#holder;
    await withConnection(this.#db, ENDING_MS, (connection) => endHolder(connection, incarnation)).catch(
      () => undefined,
    );
  }
}
