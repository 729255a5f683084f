import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Connection, Database } from '../platform/database.ts';

/** The database tells it with every commit that advances the epoch (migration 0008). */
const CHANNEL = 'countersign_epoch';
const LOOK_AFTER_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;

/** What listening needs. */
export interface EpochSignalOptions {
  /** The database itself: through a pooler of transactions nobody hears anything. One connection is kept. */
  db: Database;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Told each number that is heard, and Infinity when some may not have been heard. A hint, and nothing to rely on. */
  onEpoch: (epoch: number) => void;
}

/**
 * Hears of epochs at their commit. It only makes things faster: whoever hears nothing asks every quarter of a lease. A
 * connection that is lost is made anew.
 */
export class EpochSignal {
  readonly #options: EpochSignalOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isDeaf = false;

  constructor(options: EpochSignalOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  start(): void {
    this.#running = this.#run();
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#listen(() => (failures = 0));
      } catch (error) {
        this.#tell(error);
      }
      const most = Math.min(250 * 2 ** failures, LONGEST_PAUSE_MS);
      await this.#pause(most * (0.5 + Math.random() / 2));
    }
  }

  /** Until the connection is lost, or this is closed. */
  async #listen(onListening: () => void): Promise<void> {
    const { db, onEpoch } = this.#options;
    const { signal } = this.#closing;
    const connection = await db.connect();
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined);
    connection.on('error', (error) => lost.reject(error));
    connection.on('end', () => lost.reject(new Error('the connection was closed')));
    connection.on('notification', ({ payload }) => {
      const epoch = Number(payload);
      if (Number.isSafeInteger(epoch)) onEpoch(epoch);
    });
    try {
      await connection.query(`LISTEN ${CHANNEL}`);
      onListening();
      this.#tell(undefined);
      // What was committed while nobody listened is told to nobody.
      onEpoch(Infinity);
      while (!signal.aborted) {
        await Promise.race([this.#pause(LOOK_AFTER_MS), lost.promise]);
        // Without this, a connection whose other end has vanished would be silent for ever.
        if (!signal.aborted) await stillThere(connection);
      }
    } finally {
      connection.release(true);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    return sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }

  /** However long it lasts, two lines in the log. */
  #tell(failure: unknown): void {
    const isDeaf = failure !== undefined;
    if (isDeaf === this.#isDeaf) return;
    this.#isDeaf = isDeaf;
    const { log } = this.#options;
    const reason = failure instanceof Error ? failure.message : 'unknown';
    if (isDeaf) log.warn({ reason }, 'epochs are not heard at their commit: they are asked for');
    else log.info('epochs are heard at their commit again');
  }
}

async function stillThere(connection: Connection): Promise<void> {
  await connection.query('SELECT');
}
