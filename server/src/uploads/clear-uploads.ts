import type { BlobStore } from '../platform/blob-store.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { markCleared } from './store.ts';
import type { Upload } from './upload.ts';

/** An upload that has ended. */
export type EndedUpload = Pick<Upload, 'id' | 'tenantId' | 'how'>;

/** What clears uploads. */
export interface ClearParts {
  db: TenantDatabase;
  blobs: BlobStore;
  /** Runs when nobody works on a resumable upload any more, at any server; who does is told that it has ended. */
  afterTheEnd: <T>(uploadId: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Removes what has arrived of an upload that has ended. Whoever still writes to a resumable one is told to stop, and waited
 * for: what is put after the removal would be found by nobody but the sweep of strays.
 *
 * @throws Problem upload-locked when somebody does not stop: nothing is removed then; what store and database fail with
 */
export async function clearUpload(
  { db, blobs, afterTheEnd }: ClearParts,
  { id, tenantId, how }: EndedUpload,
): Promise<void> {
  const drop = (): Promise<void> => blobs.incoming.drop(id);
  await (how === 'tus' ? afterTheEnd(id, drop) : drop());
  await forTenant(db, tenantId, (connection) => markCleared(connection, id));
}
