import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { auditLogs, type AuditLogs } from './audit-logs.ts';
import { AuditProof } from './audit-proof.ts';
import { sinkInBucket } from './bucket-sink.ts';

/** The settings of the audit. */
export interface AuditSettings {
  auditSigningKey: string;
  auditPreviousKeys: readonly string[];
  auditCheckpoints?: string | undefined;
  s3?: S3Settings | undefined;
  dataDir: string;
  deliveryUrl: string;
  auditDeadlineMs: number;
  auditSpoolMaxBytes: number;
  auditRetentionDays: number;
}

/** What it works with. */
export interface AuditNeeds {
  pools: { audit: Database; owner: Database; auditor: Database; tenants: TenantDatabase };
  /** Name of this server in the rows. */
  holder: string;
  clock: Clock;
  log: Logger;
}

/** @returns what one server records, and what proves it @throws StartError as `AuditProof` and `sinkInBucket` */
export async function auditPartsOf(
  settings: AuditSettings,
  { pools, holder, clock, log }: AuditNeeds,
): Promise<{ audit: AuditLogs; auditProof: AuditProof }> {
  const auditProof = new AuditProof({
    database: pools.auditor,
    signingKey: settings.auditSigningKey,
    previousKeys: settings.auditPreviousKeys,
    checkpoints: settings.auditCheckpoints,
    sink: await sinkInBucket(settings),
    dataDir: settings.dataDir,
    origin: settings.deliveryUrl,
    clock,
  });
  const audit = auditLogs({
    database: pools.audit,
    owner: pools.owner,
    readers: { tenants: pools.tenants, auditor: pools.auditor },
    folder: join(settings.dataDir, 'spool'),
    writers: { issuances: randomUUID(), deliveries: randomUUID() },
    holder,
    deadlineMs: settings.auditDeadlineMs,
    spoolMaxBytes: settings.auditSpoolMaxBytes,
    retentionDays: settings.auditRetentionDays,
    checkpoints: auditProof.checkpoints,
    ...{ clock, log },
  });
  return { audit, auditProof };
}
