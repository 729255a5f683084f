import type { Logger } from 'pino';
import type { Examiner } from '../hygiene/examiner.ts';
import type { OwnerKeys } from '../keys/owner-keys.ts';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import type { Quotas } from '../resources/quotas.ts';
import { UploadIntake } from './begin-upload.ts';
import { UploadCompletion } from './complete-upload.ts';
import { UploadEnds } from './end-uploads.ts';
import { FormReceiver } from './receive-form.ts';
import { UploadForms } from './upload-form.ts';

/** What uploads by a signed form are made of. */
export interface UploadParts {
  intake: UploadIntake;
  receiver: FormReceiver;
  completion: UploadCompletion;
  ends: UploadEnds;
}

/** @returns the parts as this server has them; `ends` is not started */
export function uploadPartsOf(
  settings: { masterSecret: string; masterSecretPrevious: readonly string[]; maxUploadBytes: number },
  tools: {
    /** Acts as `holder`. */
    holder: Database;
    db: TenantDatabase;
    blobs: BlobStore;
    keys: OwnerKeys;
    examiner: Examiner;
    quotas: Quotas;
    clock: Clock;
    log: Logger;
  },
): UploadParts {
  const { db, blobs, keys, examiner, quotas } = tools;
  const forms = new UploadForms([settings.masterSecret, ...settings.masterSecretPrevious]);
  return {
    intake: new UploadIntake({ ...tools, forms, maxBytes: settings.maxUploadBytes }),
    receiver: new FormReceiver({ ...tools, forms }),
    completion: new UploadCompletion({ db, blobs, keys, examiner, quotas }),
    ends: new UploadEnds(tools),
  };
}
