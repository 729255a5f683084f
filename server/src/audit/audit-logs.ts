import type { Logger } from 'pino';
import type { ChainHead } from './batch.ts';
import type { Clock } from '../platform/clock.ts';
import { transaction, type Database } from '../platform/database.ts';
import type { CheckpointLog } from './checkpoint-log.ts';
import { Checkpointer } from './checkpointer.ts';
import { denialLog, type DenialLog } from './denials.ts';
import { beginEvents } from './event.store.ts';
import { issuanceLog, type IssuanceLog } from './issuance.ts';
import { partitionKeeper } from './partitions.ts';
import { DeliverySpool, type Spool } from './spool.ts';

/** What the audit of one server needs. */
export interface AuditOptions {
  /** Acts as `audit_writer`. */
  database: Database;
  /** Acts as the owner of the log, who alone can give it a new day. */
  owner: Database;
  /** Folder of the spools. */
  folder: string;
  /** A fresh UUID for each kind of log of this process. */
  writers: { issuances: string; deliveries: string };
  /** Name of this server in the rows. */
  holder: string;
  /** How long a sign request waits for its row, milliseconds. */
  deadlineMs: number;
  /** Bytes at which the spool refuses. */
  spoolMaxBytes: number;
  /** Where signed checkpoints go; without it there are none. */
  checkpoints?: CheckpointLog;
  clock: Clock;
  log: Logger;
}

/** Everything one server records. */
export interface AuditLogs {
  issuances: IssuanceLog;
  spool: Spool;
  denials: DenialLog;
  /** @throws StartError when the spool folder cannot be used */
  start(): Promise<void>;
  /** Commits and ships what waits. */
  close(): Promise<void>;
}

/** The three logs of a server: issuances in the database first, deliveries on the disk first, denials counted. */
export function auditLogs(options: AuditOptions): AuditLogs {
  const { database, owner, folder, writers, holder, deadlineMs, spoolMaxBytes, checkpoints, clock, log } =
    options;
  const spool = new DeliverySpool({
    database,
    folder,
    writer: writers.deliveries,
    holder,
    log,
    maxBytes: spoolMaxBytes,
  });
  const issuances = issuanceLog({ database, writer: writers.issuances, holder, clock, log, deadlineMs });
  const denials = denialLog({ spool, database, clock, log });
  const partitions = partitionKeeper({ database: owner, clock, log });
  const ownHeads = (): Map<string, ChainHead> =>
    new Map([...spool.heads(), [writers.issuances, issuances.head()]]);
  const checkpointer = checkpoints && new Checkpointer({ database, checkpoints, ownHeads, log });
  return {
    issuances,
    spool,
    denials,
    async start() {
      await partitions.start();
      await transaction(database, beginEvents);
      await spool.start();
      checkpointer?.start();
    },
    async close() {
      await Promise.all([issuances.close(), denials.close(), partitions.close()]);
      await spool.close();
      await checkpointer?.close();
    },
  };
}
