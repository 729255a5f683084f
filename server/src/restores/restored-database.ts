import type { Logger } from 'pino';
import type { CheckpointSink } from '../audit/checkpoint-sink.ts';
import { databaseBehind, type Lease } from '../leases/lease.ts';
import type { Database } from '../platform/database.ts';
import type { Problem } from '../platform/problem.ts';
import { described } from '../platform/problem-handler.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { CHANGES_TEXT, lastMark, type RecordedChanges } from './change-line.ts';
import type { ChangeRecorder } from './change-recorder.ts';
import {
  databaseIdentity,
  deploymentOf,
  knownMarks,
  readLogAfter,
  type DatabaseIdentity,
} from './epoch-log.store.ts';
import { BEGINNING } from './mark.ts';
import { CheckpointsDamaged, newestRecorded, type LineTrust } from './recorded-lines.ts';
import { replay } from './replay.ts';
import { survey, type Survey } from './survey.ts';

const DATABASE_MS = 5_000;
const AGAIN_MS = 1_000;

/** What the comparison needs. */
export interface RestoredDatabaseOptions {
  /** Acts as `holder`. */
  holder: Database;
  tenants: TenantDatabase;
  sink: CheckpointSink;
  /** Whose lines are believed. */
  keys: LineTrust['keys'];
  recorder: ChangeRecorder;
  lease: Lease;
  log: Logger;
}

/**
 * Holds the database to the checkpoints before this server serves anything: what they have and the database has not is
 * made again; while that cannot be done, the lease refuses.
 */
export class RestoredDatabase {
  readonly #options: RestoredDatabaseOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: RestoredDatabaseOptions) {
    this.#options = options;
  }

  /**
   * Compares, replays, and takes the first lease. When the database stays behind it returns too: the lease refuses
   * then, and the comparison is repeated until an operator has helped.
   *
   * @throws as PostgreSQL and the lease do
   */
  async start(): Promise<void> {
    const { lease, log } = this.#options;
    const behind = await this.#compare();
    const wasRefused = lease.refused !== undefined;
    lease.allow();
    if (!behind) {
      await lease.start();
      return;
    }
    lease.refuse(behind);
    if (!wasRefused) log.error({ reason: behind.detail }, 'ALARM: nothing is served');
    this.#later();
  }

  #later(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.start().catch((error: unknown) => {
        this.#options.log.error(described(error), 'the database could not be compared with the checkpoints');
        this.#later();
      });
    }, AGAIN_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    clearTimeout(this.#timer);
  }

  /** @returns why the database cannot be served; undefined: it has all that the checkpoints have */
  async #compare(): Promise<Problem | undefined> {
    const { holder, sink, keys, recorder, log } = this.#options;
    try {
      const tail = await sink.tail(CHANGES_TEXT);
      if (!tail) {
        const { newest } = await withConnection(holder, DATABASE_MS, (connection) =>
          readLogAfter(connection, BEGINNING, 0),
        );
        log.warn(
          'AUDIT_CHECKPOINTS cannot be read back: that a database was restored, and revives keys, is not noticed at start. After a restore run countersign restore replay --checkpoints FILE',
        );
        recorder.begin(newest);
        return undefined;
      }
      const deployment = await withConnection(holder, DATABASE_MS, deploymentOf);
      const trust: LineTrust = { keys, deployment };
      const last = await newestRecorded(tail, trust);
      if (!last) {
        recorder.begin(undefined);
        return undefined;
      }
      const through = lastMark(last);
      const { isKnown, now } = await withConnection(holder, DATABASE_MS, async (connection) => ({
        isKnown: (await knownMarks(connection, [through])).length > 0,
        now: await databaseIdentity(connection),
      }));
      const behind = isKnown ? undefined : await this.#catchUp(last, now, trust);
      if (!behind) recorder.begin(through);
      return behind;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof CheckpointsDamaged) return damaged(error.message);
      // Of the file system; those of PostgreSQL have five characters and no `syscall`.
      if (code !== undefined && 'syscall' in (error as object) && 'path' in (error as object))
        return damaged(`they cannot be read (${code})`);
      throw error;
    }
  }

  async #catchUp(
    last: RecordedChanges,
    now: DatabaseIdentity | undefined,
    trust: LineTrust,
  ): Promise<Problem | undefined> {
    const { holder, tenants, sink, log } = this.#options;
    const found = await survey(holder, sink.placed() ?? [], trust);
    const what = whatHappened(last.database, now);
    log.warn(
      { missing: found.missing.length, through: found.newest.epoch, database: now, before: last.database },
      `${what}: it lacks changes that the checkpoints have`,
    );
    if (found.gaps.length > 0) return databaseBehind(gapsOf(what, found));
    const epochs = await replay(tenants, found, 'system');
    log.warn(
      { replayed: epochs.length, from: epochs[0], to: epochs.at(-1) },
      'what was missing was replayed',
    );
    return undefined;
  }
}

/** @returns the beginning of a sentence */
function whatHappened(before: RecordedChanges['database'], now: DatabaseIdentity | undefined): string {
  if (!before || !now) return 'The database was set back';
  if (before.system !== now.system) return 'The database is in another cluster, as after restoring a dump';
  if (before.timeline !== now.timeline) {
    return `The database went from timeline ${before.timeline ?? '?'} to ${now.timeline ?? '?'}, as by a failover or a restore`;
  }
  return 'The database was set back, as by restoring a dump';
}

/** @returns why a survey with gaps cannot be replayed from here alone */
export function gapsOf(what: string, { gaps }: Pick<Survey, 'gaps'>): string {
  const numbers = gaps.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
  return `${what}, and changes that it may lack (epoch ${numbers}) are not in AUDIT_CHECKPOINTS of this server. Replay them from the checkpoints of the others: countersign restore replay --checkpoints DIR. If nobody has them: countersign restore replay --accept-missing, and revoke again whom it may concern.`;
}

const damaged = (why: string): Problem =>
  databaseBehind(
    `Whether it was set back is not known, because the checkpoints in AUDIT_CHECKPOINTS are damaged: ${why}. Then run countersign restore replay, or restart this server.`,
  );
