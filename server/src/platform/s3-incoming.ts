import type { Readable } from 'node:stream';
import {
  assertBlobKey,
  BlobNotFoundError,
  IncomingChangedError,
  isBlobKey,
  type BucketPlace,
  type IncomingBlobs,
  type ListedIncoming,
} from './blob-store.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { publicClient } from './s3-client.ts';
import { isMissing, isOtherThanAsked, storeFailure } from './s3-failure.ts';
import { digestOf } from './stream-digest.ts';

/** What tus keeps of an upload beside it. */
const BESIDE = ['', '.info', '.part'];
const LONGEST_FORM_SECONDS = 3600;

/**
 * Uploads in a bucket, where browsers can post to and tus can write.
 *
 * @param folder prefix of their names, ends in `/`
 * @param objectOf the name of an object
 */
export function s3Incoming(
  bucket: S3Bucket,
  folder: string,
  objectOf: (key: string) => string,
): IncomingBlobs & { place: BucketPlace } {
  const nameOf = (id: string): string => {
    assertBlobKey(id);
    return `${folder}${id}`;
  };
  const drop = async (id: string): Promise<void> => {
    const name = nameOf(id);
    for await (const { name: of, uploadId } of bucket.listParts(name))
      await bucket.abort(`${name}${of}`, uploadId);
    for (const beside of BESIDE) await bucket.delete(`${name}${beside}`);
  };

  return {
    async put(id, body, about) {
      return bucket.put(nameOf(id), body, about);
    },

    async head(id) {
      return bucket.head(nameOf(id));
    },

    async get(id, range) {
      return bucket.get(nameOf(id), id, range);
    },

    async take(id, key, verified) {
      const [source, target] = [nameOf(id), objectOf(key)];
      const found = await bucket.head(source);
      if (!found) throw new BlobNotFoundError(id);
      if (verified && verified.tag !== found.tag) throw new IncomingChangedError(id);
      let sha256: Buffer;
      try {
        const whole = (): Promise<Readable> => bucket.get(source, id, undefined, found.tag);
        sha256 = verified?.sha256 ?? (await digestOf(await whole())).sha256;
        await bucket.copy(source, target, found);
      } catch (error) {
        if (isMissing(error) || isOtherThanAsked(error)) throw new IncomingChangedError(id);
        throw error;
      }
      await drop(id);
      return { size: found.size, sha256 };
    },

    drop,

    async *list(): AsyncGenerator<ListedIncoming> {
      const told = new Set<string>();
      const isNew = (name: string): string | undefined => {
        const id = name.replace(/\.(info|part)$/, '');
        if (!isBlobKey(id) || told.has(id)) return undefined;
        told.add(id);
        return id;
      };
      // In the order of names: an upload comes before what is beside it.
      for await (const { name, size, changedAt } of bucket.list(folder)) {
        const id = isNew(name);
        if (id !== undefined) yield { id, size, changedAt };
      }
      for await (const { name, begunAt } of bucket.listParts(folder)) {
        const id = isNew(name);
        if (id !== undefined) yield { id, size: 0, changedAt: begunAt };
      }
    },

    ...(bucket.settings.presignedPost === false ? {} : { presignPost: formsOf(bucket, nameOf) }),

    place: {
      ...{ bucket: bucket.settings.bucket, prefix: folder, client: bucket.config },
      encryption: bucket.encryption(),
    },
  };
}

function formsOf(
  bucket: S3Bucket,
  nameOf: (id: string) => string,
): NonNullable<IncomingBlobs['presignPost']> {
  const { packages, config, settings, session } = bucket;
  const { sse, sseKeyId, bucket: Bucket } = settings;
  const signer = publicClient(packages, config, settings);
  const goodUntil = async (): Promise<number> =>
    session?.goodUntil() ?? (await signer.config.credentials()).expiration?.getTime() ?? Infinity;

  return async ({ id, contentType, minSize, maxSize, expiresAt }) => {
    try {
      // It dies with the credentials that sign it.
      const end = Math.min(expiresAt.getTime(), await goodUntil());
      const now = Date.now();
      const Expires = Math.max(1, Math.min((end - now) / 1000, LONGEST_FORM_SECONDS));
      const form = await packages.post.createPresignedPost(signer, {
        Bucket,
        Key: nameOf(id),
        Fields: {
          'Content-Type': contentType,
          ...(sse ? { 'x-amz-server-side-encryption': sse } : {}),
          ...(sseKeyId ? { 'x-amz-server-side-encryption-aws-kms-key-id': sseKeyId } : {}),
        },
        Conditions: [['content-length-range', minSize, maxSize]],
        Expires,
      });
      return { ...form, expiresAt: new Date(now + Expires * 1000) };
    } catch (error) {
      throw storeFailure('PresignedPost', error);
    }
  };
}
