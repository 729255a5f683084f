import { join } from 'node:path';
import type { BlobStore } from './platform/blob-store.ts';
import { fileBlobStore } from './platform/file-blob-store.ts';
import type { S3Settings } from './platform/s3-settings.ts';

/**
 * Opens where the bytes of resources are kept: a bucket when one is named, else files.
 *
 * @throws StartError when the packages for S3 are not installed, or the bucket was tried out and does not work
 */
export async function openBlobStore({
  dataDir,
  s3,
}: {
  dataDir: string;
  s3?: S3Settings | undefined;
}): Promise<BlobStore> {
  if (s3 === undefined) return fileBlobStore(join(dataDir, 'files'));
  // Only here: a server on files loads none of it.
  const { s3BlobStore } = await import('./platform/s3-blob-store.ts');
  const store = await s3BlobStore(s3);
  if (s3.verifyOnStart) {
    const { requireWorkingStore } = await import('./platform/try-store.ts');
    await requireWorkingStore(store, `bucket ${s3.bucket}`);
  }
  return store;
}
