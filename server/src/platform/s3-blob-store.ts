import {
  assertBlobKey,
  BlobNotFoundError,
  isBlobKey,
  type BlobStore,
  type ListedBlob,
} from './blob-store.ts';
import { S3Bucket } from './s3-bucket.ts';
import { s3ClientConfig, s3Packages } from './s3-client.ts';
import { isMissing, isOtherThanAsked, storeFailure } from './s3-failure.ts';
import { s3Incoming } from './s3-incoming.ts';
import type { S3Settings } from './s3-settings.ts';

/** Somebody replaces the source of a copy between two calls: tried again this often. */
const COPY_ATTEMPTS = 3;

/** Longer than anything is sent or copied. */
const UNFINISHED_MS = 86_400_000;

/** A blob store in a bucket, and the bucket itself for what is no blob. */
export interface S3BlobStore extends BlobStore {
  readonly bucket: S3Bucket;
  close(): void;
}

/**
 * A blob store in a bucket of any S3 API: `{prefix}objects/{key}` and `{prefix}incoming/{upload id}`. The packages it
 * needs are loaded here. Nothing is asked of the store yet.
 *
 * @param limits for specs
 * @throws StartError when the packages are not installed
 */
export async function s3BlobStore(
  settings: S3Settings,
  limits: { copyInPartsFrom?: number } = {},
): Promise<S3BlobStore> {
  const packages = await s3Packages();
  const { config, session } = await s3ClientConfig(settings);
  const client = new packages.client.S3Client(config);
  const bucket = new S3Bucket({ client, config, packages, settings, session }, limits.copyInPartsFrom);
  const folder = `${settings.prefix ?? ''}objects/`;
  const nameOf = (key: string): string => {
    assertBlobKey(key);
    return `${folder}${key}`;
  };

  return {
    bucket,

    async put(key, body, about) {
      return bucket.put(nameOf(key), body, about);
    },

    async get(key, range) {
      return bucket.get(nameOf(key), key, range);
    },

    async head(key) {
      const found = await bucket.head(nameOf(key));
      return found && { size: found.size };
    },

    async delete(key) {
      await bucket.delete(nameOf(key));
    },

    async copy(from, to) {
      const [source, target] = [nameOf(from), nameOf(to)];
      for (let attempt = 1; ; attempt++) {
        const found = await bucket.head(source);
        if (!found) throw new BlobNotFoundError(from);
        // A store refuses to copy an object to itself.
        if (from === to) return;
        try {
          await bucket.copy(source, target, found);
          return;
        } catch (error) {
          if (isMissing(error)) throw new BlobNotFoundError(from);
          if (!isOtherThanAsked(error)) throw error;
          if (attempt === COPY_ATTEMPTS) throw storeFailure('CopyObject', error);
        }
      }
    },

    async *list(): AsyncGenerator<ListedBlob> {
      for await (const { name, size, changedAt } of bucket.list(folder)) {
        if (isBlobKey(name)) yield { key: name, size, changedAt };
      }
    },

    async clearUnfinished(now) {
      for await (const { name, uploadId, begunAt } of bucket.listParts(folder)) {
        if (begunAt.getTime() < now - UNFINISHED_MS) await bucket.abort(`${folder}${name}`, uploadId);
      }
    },

    incoming: s3Incoming(bucket, `${settings.prefix ?? ''}incoming/`, nameOf),

    close: () => client.destroy(),
  };
}
