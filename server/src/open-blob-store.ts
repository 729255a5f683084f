import { join } from 'node:path';
import type { BlobStore } from './platform/blob-store.ts';
import { fileBlobStore } from './platform/file-blob-store.ts';
import type { S3BlobStore } from './platform/s3-blob-store.ts';
import type { S3Settings } from './platform/s3-settings.ts';
import { requireWorkingStore } from './platform/try-store.ts';

/** @returns a store in a bucket: who keeps files never loads what it needs */
export async function lateS3BlobStore(settings: S3Settings): Promise<S3BlobStore> {
  const { s3BlobStore } = await import('./platform/s3-blob-store.ts');
  return s3BlobStore(settings);
}

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
  const store = await lateS3BlobStore(s3);
  if (s3.verifyOnStart) await requireWorkingStore(store, `bucket ${s3.bucket}`);
  return store;
}
