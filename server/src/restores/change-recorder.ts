import type { Logger } from 'pino';
import type { CheckpointLog } from '../audit/checkpoint-log.ts';
import { databaseBehind } from '../leases/lease.ts';
import type { ChangeRecord } from '../leases/receipts.ts';
import type { Database } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { withConnection } from '../platform/with-connection.ts';
import { CHANGES, recordOf, type RecordedChanges } from './change-line.ts';
import {
  databaseIdentity,
  deploymentOf,
  noteRecorded,
  readLogAfter,
  type LogReading,
} from './epoch-log.store.ts';
import { BEGINNING, isSameMark, type Mark } from './mark.ts';

/** 503 `checkpoints-unavailable`. */
export const checkpointsUnavailable = (why: string): Problem =>
  new Problem(
    503,
    'checkpoints-unavailable',
    'The receipt cannot be kept outside of the database',
    `The change is committed and holds. Its receipt waits until the change can be written to AUDIT_CHECKPOINTS (${why}).`,
    { 'Retry-After': '5' },
  );

const MOST_ENTRIES = 500;
const DATABASE_MS = 5_000;
const AGAIN_MS = 5_000;

/** What the recorder needs. */
export interface RecorderOptions {
  /** Acts as `holder`. */
  database: Database;
  checkpoints: CheckpointLog;
  log: Logger;
}

/**
 * Keeps every change of the epoch log in the checkpoint sink, in the order of their numbers, and many in one line: those
 * of this server before their receipts, those of others when it hears of them.
 */
export class ChangeRecorder implements ChangeRecord {
  readonly #options: RecorderOptions;
  #through: Mark | undefined;
  #toldThrough = -1;
  #writing: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #failing: { code: string; since: Date } | undefined;
  #isClosed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Since when changes cannot be recorded, and the problem code of why; undefined: they can. */
  get failing(): { code: string; since: Date } | undefined {
    return this.#failing;
  }

  /** @param through the last change that the sink has, undefined when it has none */
  begin(through: Mark | undefined): void {
    this.#through = through ?? BEGINNING;
    this.note();
  }

  /** Others have committed something: records it soon. Never throws. */
  note(): void {
    if (this.#through === undefined || this.#isClosed) return;
    this.#write().catch(() => this.#later());
  }

  async durable(epoch: number): Promise<void> {
    if (this.#through === undefined) throw checkpointsUnavailable('they were not compared yet');
    // One that is under way may have read the log before the commit; one that begins now records all that is committed.
    if (this.#through.epoch < epoch) await this.#writing?.catch(() => undefined);
    if (this.#through.epoch < epoch) await this.#write();
  }

  /** What is not recorded then is found in the log at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#again);
    await this.#writing?.catch(() => undefined);
  }

  #later(): void {
    clearTimeout(this.#again);
    if (this.#isClosed) return;
    this.#again = setTimeout(() => this.note(), AGAIN_MS);
    this.#again.unref();
  }

  #write(): Promise<void> {
    return (this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined)));
  }

  async #writeAll(): Promise<void> {
    const { log } = this.#options;
    try {
      while (await this.#writeOne());
      await this.#tell();
      if (this.#failing) log.info('changes are recorded in the checkpoints again');
      this.#failing = undefined;
    } catch (error) {
      // A database that does not answer is told by others.
      if (error instanceof Problem && !this.#failing) {
        const reason = error.detail ?? error.title;
        log.error({ reason }, 'ALARM: changes cannot be recorded in the checkpoints; receipts wait');
        this.#failing = { code: error.code, since: new Date() };
      }
      throw error;
    }
  }

  /** Commands that cannot write checkpoints wait for this. What is not told is told with the next change. */
  async #tell(): Promise<void> {
    const { database } = this.#options;
    const epoch = this.#through?.epoch ?? 0;
    if (epoch <= this.#toldThrough) return;
    const told = withConnection(database, DATABASE_MS, (connection) => noteRecorded(connection, epoch));
    await told.then(
      () => (this.#toldThrough = epoch),
      () => undefined,
    );
  }

  /** @returns whether there may be more to write */
  async #writeOne(): Promise<boolean> {
    const { database, checkpoints, log } = this.#options;
    const through = this.#through ?? BEGINNING;
    const { reading, identity, deployment } = await withConnection(
      database,
      DATABASE_MS,
      async (connection) => ({
        reading: await readLogAfter(connection, through, MOST_ENTRIES),
        identity: await databaseIdentity(connection),
        deployment: await deploymentOf(connection),
      }),
    );
    if (!reading.isKnown) {
      throw databaseBehind(
        `It does not have the change ${through.epoch} that the checkpoints have. Restart this server: it replays what is missing. By hand: countersign restore replay.`,
      );
    }
    const next = nextLine(reading, through);
    if (!next) return false;
    if (!isSameMark(next.after, through)) {
      log.warn(
        { after: through.epoch, through: next.after.epoch },
        'changes that are no longer in the log of the database are in no checkpoint of this server',
      );
    }
    const changes = {
      ...(deployment === undefined ? {} : { deployment }),
      ...(identity ? { database: identity } : {}),
      ...{ after: next.after, entries: next.entries },
    };
    await checkpoints.append(CHANGES, { changes }).catch((error: unknown) => {
      throw checkpointsUnavailable(reasonOf(error));
    });
    this.#through = next.through;
    return reading.changes.length === MOST_ENTRIES;
  }
}

function nextLine(
  { changes, compacted }: LogReading,
  through: Mark,
): { after: RecordedChanges['after']; entries: object[]; through: Mark } | undefined {
  const after = compacted ?? through;
  const last = changes.at(-1);
  if (!last && isSameMark(after, through)) return undefined;
  return {
    after,
    entries: changes.map(recordOf),
    through: last ? { epoch: last.epoch, at: last.at } : after,
  };
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'no reason given';
};
