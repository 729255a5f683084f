import type { Logger } from 'pino';
import type { OwnerKeys } from '../keys/owner-keys.ts';
import type { Receipts } from '../leases/receipts.ts';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { ResourceIntake } from './add-resource.ts';
import type { ResourceChanges } from './change-resource.ts';
import { ResourceEdits } from './edit-resource.ts';
import type { Leftovers } from './leftovers.ts';
import type { OpenUploads } from './open-uploads.ts';
import { Overwrites } from './overwrite.ts';
import { QuarantinedResources } from './quarantine.ts';
import type { Quotas } from './quotas.ts';
import type { Reception } from './receive-bytes.ts';
import { Rescans } from './rescan.ts';
import { Takedowns } from './take-down.ts';
import { Versions } from './versions.ts';
import { VisibleResources } from './visible-resources.ts';

/** What the routes of this feature work with, beside what others need too. */
export interface ResourceParts {
  visibleResources: VisibleResources;
  intake: ResourceIntake;
  edits: ResourceEdits;
  overwrites: Overwrites;
  versions: Versions;
  quarantine: QuarantinedResources;
  takedowns: Takedowns;
  /** Not started. */
  rescans: Rescans;
}

/** Opens them. */
export function resourcePartsOf(
  { versionsKept: most, rescanHours }: { versionsKept: number; rescanHours: number },
  tools: {
    /** Acts as `holder`. */
    holder: Database;
    db: TenantDatabase;
    ownerKeys: OwnerKeys;
    receipts: Receipts;
    changes: ResourceChanges;
    leftovers: Leftovers;
    uploads: OpenUploads;
    reception: Reception;
    quotas: Quotas;
    log: Logger;
  },
): ResourceParts {
  const { db, ownerKeys, receipts, changes, reception, quotas } = tools;
  const visible = new VisibleResources(db);
  return {
    visibleResources: visible,
    intake: new ResourceIntake(db, ownerKeys, reception, quotas),
    edits: new ResourceEdits(db, receipts, tools.uploads),
    overwrites: new Overwrites(changes, reception, quotas, most),
    versions: new Versions({ ...tools, visible, most }),
    quarantine: new QuarantinedResources(db, changes, reception),
    takedowns: new Takedowns(db, receipts),
    rescans: new Rescans({
      ...tools,
      blobs: reception.blobs,
      scanner: reception.examiner.scanner,
      everyHours: rescanHours,
    }),
  };
}
