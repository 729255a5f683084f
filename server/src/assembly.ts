import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { auditLogs, type AuditLogs } from './audit/audit-logs.ts';
import { AuditProof } from './audit/audit-proof.ts';
import type { CheckedConfig } from './countersign-config.ts';
import { SignedUrlCheck } from './delivery/check.ts';
import { Delivery } from './delivery/deliver.ts';
import { HotObjects } from './delivery/hot-objects.ts';
import { OpenStreams } from './delivery/open-streams.ts';
import { TokenVerifier } from './identity/tokens.ts';
import { KeyRing } from './keys/key-ring.ts';
import { OwnerKeys } from './keys/owner-keys.ts';
import { Lease } from './leases/lease.ts';
import { Receipts } from './leases/receipts.ts';
import type { BlobStore } from './platform/blob-store.ts';
import { systemClock } from './platform/clock.ts';
import { openDatabase, type Database } from './platform/database.ts';
import { fileBlobStore } from './platform/file-blob-store.ts';
import { migrate } from './platform/migrate.ts';
import { described } from './platform/problem-handler.ts';
import { ResourceIntake } from './resources/add-resource.ts';
import { Catalog } from './resources/catalog.ts';
import { SigningPolicy } from './signing/policy.ts';
import { Signer } from './signing/signer.ts';

const AUDIT_CONNECTIONS = 3;
const LEASE_CONNECTIONS = 2;

/** Every part of one running Countersign. */
export interface Assembly {
  config: CheckedConfig;
  log: Logger;
  db: Database;
  audit: AuditLogs;
  blobs: BlobStore;
  lease: Lease;
  receipts: Receipts;
  ownerKeys: OwnerKeys;
  catalog: Catalog;
  intake: ResourceIntake;
  signer: Signer;
  delivery: Delivery;
  verifier: TokenVerifier;
  auditProof: AuditProof;
  /** Commits what is under way, ends open deliveries and gives the lease back. */
  close(): Promise<void>;
}

/**
 * Wires the features and starts them. The one place that knows them all.
 *
 * @throws StartError when the database or the data folder cannot be used; nothing is left running then
 */
export async function assemble(config: CheckedConfig, log: Logger): Promise<Assembly> {
  const clock = systemClock;
  const holder = `${hostname()}:${process.pid}`;
  await migrate(config.databaseUrl, log);
  const blobs = await fileBlobStore(join(config.dataDir, 'files'));
  const db = openDatabase(config.databaseUrl, log);
  // Of their own, so that slow queries elsewhere keep neither a renewal nor an audit row, and with it a URL, waiting.
  const leaseDb = openDatabase(config.databaseUrl, log, LEASE_CONNECTIONS);
  const auditDb = openDatabase(config.databaseUrl, log, AUDIT_CONNECTIONS);
  const auditProof = new AuditProof({
    database: db,
    signingKey: config.auditSigningKey,
    checkpoints: config.auditCheckpoints,
    dataDir: config.dataDir,
    origin: config.deliveryUrl,
    clock,
  });
  const audit: AuditLogs = auditLogs({
    database: auditDb,
    readers: db,
    folder: join(config.dataDir, 'spool'),
    writers: { issuances: randomUUID(), deliveries: randomUUID() },
    holder,
    deadlineMs: config.auditDeadlineMs,
    spoolMaxBytes: config.auditSpoolMaxBytes,
    retentionDays: config.auditRetentionDays,
    checkpoints: auditProof.checkpoints,
    clock,
    log,
  });
  const lease = new Lease(leaseDb, clock, log, { incarnation: randomUUID(), holderId: holder });
  const receipts = new Receipts(db, lease, clock);
  // A text secret of any length becomes 32 bytes of key material.
  const keys = new KeyRing(db, createHash('sha256').update(config.masterSecret).digest());
  const catalog = new Catalog(db);
  const streams = new OpenStreams(() => lease.holds());
  lease.onChange((change) => {
    keys.apply(change);
    catalog.apply(change);
    streams.apply(change);
  });

  const ownerKeys = new OwnerKeys(db, receipts);
  const authority = new URL(config.deliveryUrl).host;
  const check = new SignedUrlCheck({
    keys,
    catalog,
    lease,
    clock,
    authority,
    ignoredParameters: config.ignoredParameters,
  });

  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    streams.cutAll();
    // Whatever fails to end, the rest ends too.
    const steps = [
      () => audit.close(),
      () => lease.close(),
      ...[db, leaseDb, auditDb].map((pool) => () => pool.end()),
    ];
    for (const step of steps) {
      await step().catch((error: unknown) => log.error(described(error), 'something did not close properly'));
    }
  };
  const close = (): Promise<void> => (closing ??= end());
  try {
    await audit.start();
    await lease.start();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    config,
    log,
    db,
    audit,
    blobs,
    lease,
    receipts,
    ownerKeys,
    catalog,
    intake: new ResourceIntake(db, blobs, ownerKeys, config.maxUploadBytes),
    signer: new Signer({
      keys,
      catalog,
      policy: new SigningPolicy(),
      issuances: audit.issuances,
      clock,
      log,
      deliveryUrl: config.deliveryUrl,
    }),
    delivery: new Delivery({
      check,
      hot: new HotObjects(blobs),
      blobs,
      streams,
      spool: audit.spool,
      denials: audit.denials,
      clock,
      log,
    }),
    verifier: new TokenVerifier(config.jwtSecret, () => clock.now()),
    auditProof,
    close,
  };
}
