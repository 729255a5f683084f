import type { Logger } from 'pino';
import type { ChainHead } from './batch.ts';
import type { Clock } from '../platform/clock.ts';
import { transaction, type Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import type { CheckpointLog } from './checkpoint-log.ts';
import { Checkpointer } from './checkpointer.ts';
import { denialLog, type DenialLog } from './denials.ts';
import { beginEvents } from './event.store.ts';
import { issuanceLog, type IssuanceLog } from './issuance.ts';
import { AuditExports } from './exports.ts';
import { partitionKeeper } from './partitions.ts';
import { ReadingLog } from './reading-log.ts';
import { retention } from './retention.ts';
import { DeliverySpool, type Spool } from './spool.ts';

/** Specification 004. */
const LEAST_FOR_COMPLIANCE = 90;

/** What the audit of one server needs. */
export interface AuditOptions {
  /** Acts as `audit_writer`. */
  database: Database;
  /** Acts as the owner of the log, who alone can give it a new day and take an old one away. */
  owner: Database;
  /** Where the log is read: somebody who reads much must keep no row waiting. */
  readers: {
    tenants: TenantDatabase;
    /** May read every tenant: what proves a batch may lie in rows of others. */
    auditor: Database;
  };
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
  /** Days for which rows are kept. Default 90. */
  retentionDays?: number;
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
  readings: ReadingLog;
  exports: AuditExports;
  /** Rows outside of every day of the log when it was last looked at, once an hour: an alert. */
  strayRows(): number;
  /** @throws StartError when the spool folder cannot be used */
  start(): Promise<void>;
  /** Commits and ships what waits. */
  close(): Promise<void>;
}

/** The three logs of a server: issuances in the database first, deliveries on the disk first, denials counted. */
export function auditLogs(options: AuditOptions): AuditLogs {
  const { database, owner, readers, folder, writers, holder, deadlineMs, spoolMaxBytes } = options;
  const { retentionDays = 90, checkpoints, clock, log } = options;
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
  const readings = new ReadingLog({ database: readers.tenants, holder, log });
  const exports = new AuditExports({ ...readers, readings });
  const partitions = partitionKeeper({ database: owner, clock, log, keptDays: retentionDays });
  const oldDays = retention({ database: owner, days: retentionDays, clock, log });
  const ownHeads = (): Map<string, ChainHead> =>
    new Map([...spool.heads(), [writers.issuances, issuances.head()]]);
  const checkpointer = checkpoints && new Checkpointer({ database, checkpoints, ownHeads, log });
  return {
    issuances,
    spool,
    denials,
    readings,
    exports,
    strayRows: () => partitions.strayRows,
    async start() {
      if (retentionDays < LEAST_FOR_COMPLIANCE) {
        log.warn({ retentionDays }, 'audit rows are kept for less than the 90 days that compliance asks for');
      }
      await partitions.start();
      await transaction(database, beginEvents);
      await spool.start();
      oldDays.start();
      checkpointer?.start();
    },
    async close() {
      exports.close();
      await readings.close();
      await Promise.all([issuances.close(), denials.close(), partitions.close(), oldDays.close()]);
      await spool.close();
      await checkpointer?.close();
    },
  };
}
