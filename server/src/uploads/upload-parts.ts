import type { Logger } from 'pino';
import type { Examiner } from '../hygiene/examiner.ts';
import type { OwnerKeys } from '../keys/owner-keys.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import type { Leftovers } from '../resources/leftovers.ts';
import type { Quotas } from '../resources/quotas.ts';
import type { UploadsAtOnce } from '../resources/uploads-at-once.ts';
import { UploadIntake } from './begin-upload.ts';
import { UploadCompletion } from './complete-upload.ts';
import { UploadEnds } from './end-uploads.ts';
import { FormReceiver } from './receive-form.ts';
import { TusBytes } from './resumable-bytes.ts';
import { ResumableUploads } from './resumable-uploads.ts';
import { UploadEvents } from './upload-events.ts';
import { UploadForms } from './upload-form.ts';
import { UploadLocks } from './upload-locks.ts';
import { UploadProgress } from './upload-progress.ts';

/** What uploads are made of. */
export interface UploadParts {
  intake: UploadIntake;
  receiver: FormReceiver;
  completion: UploadCompletion;
  ends: UploadEnds;
  resumable: ResumableUploads;
  locks: UploadLocks;
  /** Largest upload, bytes. */
  maxBytes: number;
  events: UploadEvents;
}

/** @returns the parts as this server has them; `ends` is not started */
export function uploadPartsOf(
  settings: {
    masterSecret: string;
    masterSecretPrevious: readonly string[];
    maxUploadBytes: number;
    tusUploadHours: number;
  },
  tools: {
    /** Acts as `holder`. */
    holder: Database;
    /** Its one connection has the locks of uploads. */
    lockDatabase: Database;
    db: TenantDatabase;
    blobs: BlobStore;
    keys: OwnerKeys;
    examiner: Examiner;
    quotas: Quotas;
    leftovers: Pick<Leftovers, 'clearDiscarded'>;
    atOnce: UploadsAtOnce;
    clock: Clock;
    log: Logger;
  },
): UploadParts {
  const { maxUploadBytes: maxBytes, tusUploadHours: hours } = settings;
  const forms = new UploadForms([settings.masterSecret, ...settings.masterSecretPrevious]);
  const locks = new UploadLocks(tools.lockDatabase, tools.log);
  const bytes = new TusBytes(tools.blobs, locks);
  const clearDiscarded = (): void => void tools.leftovers.clearDiscarded();
  const completion = new UploadCompletion({ ...tools, resumable: bytes, clearDiscarded });
  const ends = new UploadEnds({
    ...{ ...tools, clearDiscarded },
    afterTheEnd: (id, work) => bytes.afterTheEnd(id, work),
  });
  const progress = new UploadProgress(tools.db);
  return {
    intake: new UploadIntake({ ...tools, forms, maxBytes, tusHours: hours }),
    receiver: new FormReceiver({ ...tools, forms, progress }),
    completion,
    resumable: new ResumableUploads({ ...tools, bytes, completion, ends, hours, progress }),
    ...{ ends, locks, maxBytes },
    events: new UploadEvents(tools),
  };
}
