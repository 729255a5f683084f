import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import type { Timers } from '../platform/timers.ts';
import type { NumberedChange } from './change.ts';
import type { EpochReading } from './epoch.store.ts';
import type { Holder } from './holder.store.ts';
import type { HolderSession, LeaseStore } from './ports.ts';

/** 503 `lease-expired`: this holder cannot know what was revoked, so it refuses. */
export const leaseExpired = (): Problem =>
  new Problem(
    503,
    'lease-expired',
    'Delivery cannot confirm what is revoked',
    'The database has not answered for longer than the lease. Try again.',
    { 'Retry-After': '1' },
  );

/** 503 `database-behind`: what receipts have promised is not in this database. @param detail which, and what to do */
export const databaseBehind = (detail: string): Problem =>
  new Problem(503, 'database-behind', 'The database was set back', detail, { 'Retry-After': '30' });

const setBack = (epoch: number, applied: number): Problem =>
  databaseBehind(
    `It is at epoch ${epoch} and does not have the change ${applied} that this server applied: it was restored from a backup, or failed over to a copy that lacked it. Restart this server: it replays what is missing from its checkpoints. By hand: countersign restore replay.`,
  );

const STARTING_MS = 15_000;
const ENDING_MS = 2000;

/** What a lease needs. */
export interface LeaseOptions {
  store: LeaseStore;
  clock: Clock;
  timers: Timers;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  holder: Holder;
  /** Names a new incarnation. Default a random UUID. */
  newIncarnation?: () => string;
}

/** One moment, by both clocks. */
interface Moment {
  monotonic: number;
  wall: number;
}

/**
 * The right to go on serving without hearing from the database. It lasts `leaseMs` from the moment **before** the
 * database was asked, by the monotonic clock and by the wall clock alike: whichever says "over" first is believed.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #listeners: ((change: NumberedChange) => void)[] = [];
  readonly #forgetters: (() => void)[] = [];
  #holder: Holder;
  #applied = 0;
  /** Of the change `#applied`; undefined before the first answer. */
  #mark: number | null | undefined;
  #refused: Problem | undefined;
  #leaseMs = 0;
  #longestLeaseMs = 0;
  #from: Moment = { monotonic: 0, wall: 0 };
  #stopTimer: () => void = () => undefined;
  #renewing: Promise<void> | undefined;
  #isHurrying = false;
  #hinted = 0;
  #closed = false;
  #isFailing = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#holder = options.holder;
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

  /** The longest lease that anybody may be serving under without the epoch `applied`, milliseconds. */
  get longestLeaseMs(): number {
    return this.#longestLeaseMs;
  }

  /** `listener` is called, in order, with every change that others committed; it must not throw. */
  onChange(listener: (change: NumberedChange) => void): void {
    this.#listeners.push(listener);
  }

  /** `forget` is called when changes were missed for good: nothing that was read before may be used. It must not throw. */
  onMissed(forget: () => void): void {
    this.#forgetters.push(forget);
  }

  /** Whether serving is allowed at this moment. */
  holds(): boolean {
    if (this.#closed || this.#refused) return false;
    const monotonic = this.#options.clock.monotonic() - this.#from.monotonic;
    const wall = this.#options.clock.now() - this.#from.wall;
    return monotonic >= 0 && monotonic < this.#leaseMs && wall >= 0 && wall < this.#leaseMs;
  }

  /** Serves nothing from now on, whatever the database answers. */
  refuse(why: Problem): void {
    this.#refused = why;
    this.#stopTimer();
  }

  /** Takes `refuse` back. Only for a lease that was not started: who has served may have kept what is wrong now. */
  allow(): void {
    this.#refused = undefined;
  }

  /** Why nothing may be served or signed though the database answers. */
  get refused(): Problem | undefined {
    return this.#refused;
  }

  /** What is answered while it does not hold. */
  get refusal(): Problem {
    return this.#refused ?? leaseExpired();
  }

  /** Registers this holder and takes the first lease. The caches are empty, so no history is applied. */
  async start(): Promise<void> {
    await this.#options.store.within(STARTING_MS, async (session) => {
      const { epoch, longestLeaseMs } = await session.read(Infinity);
      await session.register(this.#holder, epoch);
      // Together, since whoever knows of an epoch may have to outwait the leases without it.
      this.#longestLeaseMs = longestLeaseMs;
      this.#applied = epoch;
    });
    await this.renew();
  }

  /** Asks the database what changed, applies it, and lends anew. Concurrent calls share one question. */
  renew(): Promise<void> {
    this.#renewing ??= this.#ask().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /**
   * Applies every change up to `epoch`, which a transaction has committed.
   * A question that was under way may have been asked before the commit, so a second one is asked.
   */
  async catchUp(epoch: number): Promise<void> {
    while (this.#applied < epoch) await this.renew();
  }

  /**
   * Somebody says that `epoch` has been committed. It may not be true, so it costs one question after the one that is
   * under way, and however many say so meanwhile share the next. Failures are told to the log, like those of any renewal.
   */
  hurry(epoch: number): void {
    this.#hinted = Math.max(this.#hinted, epoch);
    if (!this.#isHurrying) void this.#hurryOn();
  }

  async #hurryOn(): Promise<void> {
    this.#isHurrying = true;
    while (this.#hinted > 0) {
      // It may have been asked before the commit.
      await this.#renewing?.catch(() => undefined);
      const isNews = this.#hinted > this.#applied && !this.#closed;
      this.#hinted = 0;
      if (isNews) await this.#renewAndTell();
    }
    this.#isHurrying = false;
  }

  async #ask(): Promise<void> {
    // A revocation that is still being settled must not bring back what has said that it serves no more.
    if (this.#closed) throw new Error('the lease was given back');
    if (this.#refused) throw this.#refused;
    this.#stopTimer();
    const { clock, store } = this.#options;
    const from = { monotonic: clock.monotonic(), wall: clock.now() };
    try {
      await store.within(this.#patienceMs(), (session) => this.#renewOn(session, from));
    } finally {
      this.#schedule();
    }
  }

  async #renewOn(session: HolderSession, from: Moment): Promise<void> {
    const reading = await session.read(this.#applied);
    const { epoch, leaseMs } = reading;
    // A restored backup, or a copy that lacked the last commits, may have got to the same numbers since.
    if (epoch < this.#applied || (this.#mark !== undefined && reading.cursorMark !== this.#mark)) {
      this.refuse(setBack(epoch, this.#applied));
      throw this.refusal;
    }
    this.#apply(reading);
    // Acknowledged means applied and used by every check, so this comes after the listeners; and it comes before
    // lending, because a receipt may have declared this incarnation ended while it did not answer: nobody would
    // wait for it any more.
    if (epoch > this.#applied && !(await session.acknowledge(this.#holder.incarnation, epoch))) {
      const incarnation = (this.#options.newIncarnation ?? randomUUID)();
      await session.register({ ...this.#holder, incarnation }, epoch);
      this.#holder = { ...this.#holder, incarnation };
      this.#applied = epoch;
      this.#mark = reading.mark;
      return;
    }
    this.#applied = epoch;
    this.#mark = reading.mark;
    this.#leaseMs = leaseMs;
    this.#from = from;
  }

  #apply({ changes, missed, leaseMs, longestLeaseMs }: EpochReading): void {
    if (missed) this.#forgetters.forEach((forget) => forget());
    for (const change of changes) this.#listeners.forEach((listener) => listener(change));
    // A lowered lease time is a change like any: once it is acknowledged, nobody waits for the longer one. A raised one
    // counts for the next lease.
    this.#leaseMs = Math.min(this.#leaseMs, leaseMs);
    this.#longestLeaseMs = longestLeaseMs;
  }

  /** A question that takes longer is given up: a later one may be answered. */
  #patienceMs(): number {
    return (this.#leaseMs || 2000) / 2;
  }

  #schedule(): void {
    if (this.#closed || this.#refused) return;
    this.#stopTimer();
    this.#stopTimer = this.#options.timers.after(
      (this.#leaseMs || 1000) / 4,
      () => void this.#renewAndTell(),
    );
  }

  #renewAndTell(): Promise<void> {
    return this.renew().then(
      () => this.#tell(undefined),
      (error: unknown) => this.#tell(error),
    );
  }

  /** An outage is two lines in the log, however long it lasts. */
  #tell(failure: unknown): void {
    const isFailing = failure !== undefined;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    const { log } = this.#options;
    if (failure instanceof Problem) log.error({ reason: failure.detail }, 'ALARM: nothing is served');
    else if (failure instanceof Error) log.warn({ reason: failure.message }, 'the lease is not renewed');
    else log.info('the lease is renewed again');
  }

  /** Stops serving at once and says so. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    await this.#renewing?.catch(() => undefined);
    this.#stopTimer();
    const { incarnation } = this.#holder;
    await this.#options.store.within(ENDING_MS, (session) => session.end(incarnation)).catch(() => undefined);
  }
}
