import type { Logger } from 'pino';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { ChainHead } from './batch.ts';
import { failureOf } from './batch-failure.ts';
import { headBefore, headsOfAll } from './batch.store.ts';
import type { CheckpointLog } from './checkpoint-log.ts';
import { EVENT_WRITER } from './event-writer.ts';

/** What the checkpointer needs. */
export interface CheckpointerOptions {
  database: Database;
  checkpoints: CheckpointLog;
  /** Ends of the chains that this process writes, from its memory: the database's owner cannot change what it saw. */
  ownHeads(): ReadonlyMap<string, ChainHead>;
  log: Logger;
  /** How often, milliseconds. Default a minute. */
  everyMs?: number;
}

const ATTEMPT_MS = 5_000;

/**
 * Writes a signed checkpoint every minute in which a chain has moved, and at the end. One that fails is logged as an
 * error each time and made up for by the next: signing and delivery go on, since every row is in the database already;
 * what is missing meanwhile is the proof against the database's owner.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  /** Numbers that a checkpoint has seen. */
  readonly #seen = new Map<string, number>();
  #hasBegun = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), this.#options.everyMs ?? 60_000);
    this.#timer.unref();
  }

  /** Writes one now if a chain has moved. Never throws. */
  write(): Promise<void> {
    return (this.#running ??= this.#write().finally(() => {
      this.#running = undefined;
    }));
  }

  /** Writes the last one. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.write();
  }

  async #write(): Promise<void> {
    const { checkpoints, log } = this.#options;
    try {
      const moved = [...(await this.#heads())].filter(
        ([writer, { batchNo }]) => batchNo > (this.#seen.get(writer) ?? -1),
      );
      if (moved.length > 0) {
        const heads = moved.map(([writer, { batchNo, seal }]) => ({
          writer,
          batchNo,
          seal: seal.toString('hex'),
        }));
        await checkpoints.append('audit-heads', { heads });
      }
      for (const [writer, { batchNo }] of moved) this.#seen.set(writer, batchNo);
      this.#hasBegun = true;
      if (this.#failures > 0) log.info('audit checkpoints are written again');
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      log.error(
        { failure: failureOf(error), failures: this.#failures },
        'ALARM: the audit checkpoint could not be written',
      );
    }
  }

  /** The first time all chains: a process that was killed did not write its last checkpoint. */
  async #heads(): Promise<Map<string, ChainHead>> {
    const { database, ownHeads } = this.#options;
    const heads = await withConnection(database, ATTEMPT_MS, async (connection) =>
      this.#hasBegun
        ? new Map([[EVENT_WRITER, await headBefore(connection, EVENT_WRITER, Number.MAX_SAFE_INTEGER)]])
        : headsOfAll(connection),
    );
    for (const [writer, head] of ownHeads()) heads.set(writer, head);
    return heads;
  }
}
