import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { AuditLogs } from './audit/audit-logs.ts';
import { auditPartsOf } from './audit/audit-parts.ts';
import type { AuditProof } from './audit/audit-proof.ts';
import { collectionPartsOf, type CollectionParts } from './collections/collection-parts.ts';
import { Memberships } from './collections/memberships.ts';
import { closeInOrder } from './close-in-order.ts';
import type { CheckedConfig } from './countersign-config.ts';
import { openPools } from './database-pools.ts';
import { SignedUrlCheck } from './delivery/check.ts';
import { Delivery } from './delivery/deliver.ts';
import { HotObjects } from './delivery/hot-objects.ts';
import { OpenStreams } from './delivery/open-streams.ts';
import { edgesOf, type EdgeParts } from './edges/edge-parts.ts';
import { RoleTable } from './identity/roles.ts';
import { openIdentity, type Identity } from './identity/identity.ts';
import { limitsOf } from './identity/limits.ts';
import { RequestLimits } from './identity/request-limits.ts';
import { sharedRedis, type SharedRedis } from './identity/shared-redis.ts';
import { SiteOrigins } from './identity/site-origins.ts';
import { KeyRing } from './keys/key-ring.ts';
import { MasterRotation } from './keys/master-rotation.ts';
import { openMasters } from './keys/open-masters.ts';
import { KeyRetirement } from './keys/key-retirement.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import { keyUpkeep } from './keys/key-upkeep.ts';
import { SingleUrls } from './keys/single-urls.ts';
import { OwnerKeys } from './keys/owner-keys.ts';
import { compact } from './leases/compact.ts';
import { EpochSignal } from './leases/epoch-signal.store.ts';
import { Lease } from './leases/lease.ts';
import { postgresLeaseStore, postgresReceiptStore } from './leases/postgres-stores.ts';
import { Receipts } from './leases/receipts.ts';
import { Upkeep } from './leases/upkeep.ts';
import { erasuresOf } from './offboarding/open-erasures.ts';
import type { Erasures } from './offboarding/erasures.ts';
import type { BlobStore } from './platform/blob-store.ts';
import { systemClock } from './platform/clock.ts';
import { openBlobStore } from './open-blob-store.ts';
import { Departures } from './offboarding/departures.ts';
import { derivativePartsOf } from './derivatives/derivative-parts.ts';
import { Posters } from './derivatives/posters.ts';
import { migrate } from './platform/migrate.ts';
import type { TenantDatabase } from './platform/tenant-database.ts';
import { systemTimers as timers } from './platform/timers.ts';
import type { Examiner } from './hygiene/examiner.ts';
import { openExaminer } from './hygiene/open-examiner.ts';
import { isPublicKind } from './resources/resource.ts';
import { ResourceChanges } from './resources/change-resource.ts';
import { Quotas } from './resources/quotas.ts';
import { resourcePartsOf, type ResourceParts } from './resources/resource-parts.ts';
import { ObjectSweep } from './resources/object-sweep.ts';
import type { Leftovers } from './resources/leftovers.ts';
import { Catalog } from './resources/catalog.ts';
import { UploadsAtOnce } from './resources/uploads-at-once.ts';
import { ChangeRecorder } from './restores/change-recorder.ts';
import { RestoredDatabase } from './restores/restored-database.ts';
import { PolicyExplainer } from './signing/explain.ts';
import { openPolicy } from './signing/open-policy.ts';
import type { PolicySource } from './signing/policy-source.ts';
import { Signer } from './signing/signer.ts';
import { uploadPartsOf, type UploadParts } from './uploads/upload-parts.ts';

/** Every part of one running Countersign. */
export interface Assembly extends CollectionParts, ResourceParts {
  config: CheckedConfig;
  log: Logger;
  /** Acts as `app`, for one tenant at a time. */
  db: TenantDatabase;
  audit: AuditLogs;
  blobs: BlobStore;
  lease: Lease;
  receipts: Receipts;
  recorder: ChangeRecorder;
  keys: KeyRing;
  ownerKeys: OwnerKeys;
  keyRotation: KeyRotation;
  keyRetirement: KeyRetirement;
  edges: EdgeParts;
  masterRotation: MasterRotation;
  departures: Departures;
  singleUrls: SingleUrls;
  catalog: Catalog;
  /** Looks at what arrived before it becomes a resource. */
  examiner: Examiner;
  changes: ResourceChanges;
  quotas: Quotas;
  leftovers: Leftovers;
  uploads: UploadParts;
  posters: Posters;
  policy: PolicySource;
  explainer: PolicyExplainer;
  signer: Signer;
  /** The pages that may use what is for everybody. */
  sites: SiteOrigins;
  delivery: Delivery;
  identity: Identity;
  limits: RequestLimits;
  roles: RoleTable;
  /** Where limits are counted together; undefined: each server by itself. */
  redis: SharedRedis | undefined;
  auditProof: AuditProof;
  erasures: Erasures;
  /** Commits what is under way, ends open deliveries and gives the lease back. */
  close(): Promise<void>;
}

/**
 * Wires the features and starts them. The one place that knows them all.
 *
 * @throws StartError when the policy, the database or the data folder cannot be used; nothing is left running then
 */
export async function assemble(config: CheckedConfig, log: Logger): Promise<Assembly> {
  const clock = systemClock;
  const holder = `${hostname()}:${process.pid}`;
  await migrate(config.databaseMigrationUrl, log);
  const blobs = await openBlobStore(config);
  const roles = new RoleTable(config.roles);
  const identity = await openIdentity(config, { clock, log, roles });
  const policy = await openPolicy(config.policy, log);
  const pools = await openPools(config, log).catch((error: unknown) => {
    policy.close();
    throw error;
  });
  const masters = await openMasters(pools.holder, config, { holderId: holder, log }).catch(
    async (error: unknown) => {
      policy.close();
      await pools.end();
      throw error;
    },
  );
  const db = pools.tenants;
  const { audit, auditProof } = await auditPartsOf(config, { pools, holder, clock, log });
  const lease = new Lease({
    store: postgresLeaseStore(pools.lease),
    holder: { incarnation: randomUUID(), holderId: holder },
    ...{ clock, timers, log },
  });
  const { checkpoints, sink, verifyingKeys } = auditProof;
  const recorder = new ChangeRecorder({ database: pools.holder, checkpoints, log });
  const receipts = new Receipts({
    store: postgresReceiptStore(pools.holder),
    ...{ lease, clock, timers, record: recorder },
  });
  const restored = new RestoredDatabase({
    ...{ holder: pools.holder, tenants: db, sink, keys: verifyingKeys, recorder, lease, log },
  });
  const signal = new EpochSignal({ db: pools.lease, log, onEpoch: (epoch) => lease.hurry(epoch) });
  const leaseUpkeep = new Upkeep({ receipts, compact: () => compact(pools), log });
  const hot = new HotObjects(blobs);
  const keys = new KeyRing(pools.holder, masters, () => lease.applied);
  const catalog = new Catalog(pools.holder, () => lease.applied);
  const streams = new OpenStreams(() => lease.holds());
  lease.onChange((change) => {
    for (const told of [keys, catalog, hot, streams, uploads.events]) told.apply(change);
    recorder.note();
  });
  lease.onMissed(() => {
    for (const cache of [keys, catalog, hot]) cache.forgetAll();
    streams.cutAll();
    recorder.note();
  });

  const ownerKeys = new OwnerKeys(db, receipts);
  const keyRotation = new KeyRotation(db, receipts);
  const keyRetirement = new KeyRetirement({ holder: pools.holder, tenants: db, receipts, clock, log });
  const masterRotation = new MasterRotation({ ...pools, receipts, log });
  const upkeep = keyUpkeep(
    [(signal) => keyRetirement.retireDue(signal), (signal) => masterRotation.finish(signal)],
    log,
  );
  const authority = new URL(config.deliveryUrl).host;
  const check = new SignedUrlCheck({
    ...{ keys, catalog, lease, clock, authority },
    ignoredParameters: config.ignoredParameters,
  });

  const sites = new SiteOrigins(
    config.siteOrigins,
    [new URL(config.deliveryUrl).origin],
    config.siteOriginAbsent,
  );
  const redis = config.redisUrl === undefined ? undefined : await sharedRedis(config.redisUrl, log);

  const memberships = new Memberships(pools.holder);
  const signer = new Signer({
    ...{ keys, catalog, memberships },
    policy,
    issuances: audit.issuances,
    denials: audit.denials,
    clock,
    log,
    deliveryUrl: config.deliveryUrl,
  });
  const atOnce = new UploadsAtOnce(config.uploadsAtOnce);
  const examiner = openExaminer(config, isPublicKind, log);
  const reception = { blobs, maxBytes: config.maxUploadBytes, examiner, atOnce };
  const quotas = new Quotas(db, config.quotas);
  const { derivatives, leftovers } = derivativePartsOf(config, { holder: pools.holder, db, blobs, log });
  const changes = new ResourceChanges(db, receipts, leftovers);
  const posters = new Posters(db, reception, changes, quotas);
  const uploads = uploadPartsOf(config, {
    ...{ db, blobs, examiner, quotas, leftovers, atOnce, clock, log, keys: ownerKeys },
    ...{ holder: pools.holder, lockDatabase: pools.locks },
  });
  const resources = resourcePartsOf(config, {
    ...{ db, ownerKeys, receipts, changes, leftovers, reception, quotas, log },
    ...{ holder: pools.holder, uploads: uploads.ends },
  });
  const erasures = erasuresOf(config, {
    ...{ uploadEnds: uploads.ends, db, blobs, ownerKeys, receipts, signer, log },
    holder: pools.holder,
    spool: audit.spool,
    proof: auditProof,
  });
  const sweep = new ObjectSweep({
    ...{ db: pools.holder, blobs, clock, log, olderThanHours: config.sweepObjectsAfterHours },
  });
  const departures = new Departures({ db, holder: pools.holder, ownerKeys, changes, log });

  const close = closeInOrder(
    [
      ...[policy, { close: () => streams.cutAll() }, uploads.resumable, uploads.events, leaseUpkeep],
      // Those that work with the database by themselves, then what they work with.
      ...[resources.rescans, departures, erasures, uploads.ends, leftovers, sweep, upkeep],
      ...[restored, recorder, audit, signal, lease, uploads.locks],
      ...[{ close: () => pools.end() }, { close: () => sink.close?.() }, { close: () => blobs.close?.() }],
      ...(redis ? [redis] : []),
    ],
    log,
  );
  try {
    await audit.start();
    await restored.start();
    const workers = [signal, leaseUpkeep, upkeep, erasures, departures, leftovers, sweep, uploads.ends];
    for (const part of [resources.rescans, ...workers]) part.start();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    ...{ config, log, db, audit, blobs, lease, receipts, recorder, keys },
    ...{ ownerKeys, keyRotation, keyRetirement },
    edges: edgesOf({
      ...{ db, lease, receipts, keys, clock, authority },
      holders: pools.holder,
      ignoredParameters: config.ignoredParameters,
    }),
    ...{ masterRotation, departures },
    singleUrls: new SingleUrls(db, receipts),
    catalog,
    examiner,
    changes,
    ...resources,
    ...collectionPartsOf(config, { db, blobs, changes, receipts, leftovers, log }),
    ...{ quotas, leftovers, uploads, policy, posters },
    explainer: new PolicyExplainer({ keys, catalog, memberships, policy, restrictsSites: sites.restricts }),
    ...{ sites, signer },
    delivery: new Delivery({
      ...{ check, hot, blobs, streams, derivatives, sites, clock, log },
      ...{ spool: audit.spool, denials: audit.denials },
    }),
    identity,
    limits: new RequestLimits(limitsOf(config.rateLimits, redis)),
    ...{ roles, redis, auditProof, erasures, close },
  };
}
