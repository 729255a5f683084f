import type { Readable } from 'node:stream';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { randomId } from './ids.ts';

/** Bytes `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What a store may keep beside the bytes. Nobody reads it from the store: the database knows. */
export interface BlobAbout {
  /** Media type without parameters, e.g. `image/png`: what tools that look into a bucket show. */
  contentType?: string | undefined;
}

/** What was stored: how many bytes, and their SHA-256 (32 bytes). */
export interface StoredBlob {
  size: number;
  sha256: Buffer;
}

/** One object of a listing. */
export interface ListedBlob {
  key: string;
  /** Bytes. */
  size: number;
  changedAt: Date;
}

/**
 * Where the bytes of resources are kept: files here, S3 elsewhere. Keys say nothing of path, tenant or owner; the
 * database joins them. Every implementation passes the same suite, `blob-store.contract.ts`.
 *
 * All methods reject with {@link InvalidBlobKeyError} when the key was not made by {@link newBlobKey}.
 */
export interface BlobStore {
  /**
   * Stores one object, replacing what was there. It becomes visible whole and durable, or not at all: when the source
   * fails, what was there before stays. Who is reading the old object goes on getting the old bytes.
   *
   * @throws whatever the source stream fails with, and the system's errors (`ENOSPC`, ...)
   */
  put(key: string, body: Readable | Uint8Array, about?: BlobAbout): Promise<StoredBlob>;
  /**
   * Opens one object. The stream must be read to its end or destroyed.
   *
   * @param range an `end` past the last byte means the last byte
   * @throws BlobNotFoundError when there is none; RangeError when the range starts past the last byte or is reversed
   */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** Size in bytes, or `undefined` when there is no such object. */
  head(key: string): Promise<{ size: number } | undefined>;
  /** Removes one object; it is no error when there is none. */
  delete(key: string): Promise<void>;
  /**
   * Stores the bytes of one object under another key as well, replacing what was there, whole or not at all.
   *
   * @throws BlobNotFoundError when there is nothing to copy
   */
  copy(from: string, to: string): Promise<void>;
  /** All objects, in no particular order. What is stored or removed meanwhile may be in it or not. */
  list(): AsyncIterable<ListedBlob>;
  /**
   * Removes what killed processes had begun to write here and nobody goes on with: nothing came for a day.
   *
   * @param now milliseconds since 1970
   */
  clearUnfinished(now: number): Promise<void>;
  /** Uploads under way. No resource has its bytes there. */
  readonly incoming: IncomingBlobs;
  /** Gives back what is open: idle connections. Not there: nothing is. */
  close?(): void;
}

/** An upload that has arrived, or is arriving. */
export interface IncomingBlob {
  /** Bytes that are there now. */
  size: number;
  /** Names these very bytes: it is another one after any change. Opaque, without secrets. */
  tag: string;
}

/** What was found out of an upload, and what must therefore still hold when it is taken. */
export interface VerifiedBlob {
  /** From {@link IncomingBlobs.head}. */
  tag: string;
  /** Of all bytes, when it is known already: they are then not read once more. */
  sha256?: Buffer | undefined;
}

/** One upload of a listing. `size` counts what the store itself can see of it. */
export interface ListedIncoming {
  id: string;
  size: number;
  changedAt: Date;
}

/** A form by which a browser posts one file straight to the store. It is a secret until it expires. */
export interface PresignedPost {
  url: string;
  /** All of them, before the field `file`. */
  fields: Record<string, string>;
}

/** What a presigned form allows. */
export interface PostPolicy {
  /** Upload id: the form writes to nothing else. */
  id: string;
  contentType: string;
  /** Bytes, both included. */
  minSize: number;
  maxSize: number;
  /** At most an hour from now. Sooner when what signs it ends sooner: the form says when. */
  expiresAt: Date;
}

/**
 * The part of a store that others write to: browsers with a presigned form, tus, the gateway. Each upload has an id of
 * the form of {@link newBlobKey}. What is here is believed by nobody until it was verified and {@link take taken}.
 */
export interface IncomingBlobs {
  /** As {@link BlobStore.put}, to an upload. */
  put(id: string, body: Readable | Uint8Array, about?: BlobAbout): Promise<StoredBlob>;
  /** What is there of an upload; `undefined` when nothing is, or the store shows only whole objects and this is not. */
  head(id: string): Promise<IncomingBlob | undefined>;
  /** As {@link BlobStore.get}, of an upload. */
  get(id: string, range?: ByteRange): Promise<Readable>;
  /**
   * Makes an upload an object: copied whole, then dropped here. The object never changes after, whoever still writes to
   * the upload by its id. (Who holds the file of a tus upload open must have ended before.)
   *
   * A crash may leave the object and the upload; taking it again under the same or another key is no error.
   *
   * @param verified what must still hold; without it whatever is there is taken
   * @throws BlobNotFoundError when there is nothing; IncomingChangedError when it is not what was verified: nothing was
   *   stored then, and the upload stays
   */
  take(id: string, key: string, verified?: VerifiedBlob): Promise<StoredBlob>;
  /** Forgets an upload and whatever tus keeps beside it, also half of one; it is no error when there is none. */
  drop(id: string): Promise<void>;
  /** Uploads of which anything is kept, each once. */
  list(): AsyncIterable<ListedIncoming>;
  /** Signs a form for one upload. Not there: the store has no address of its own, the gateway takes the bytes. */
  readonly presignPost?: (policy: PostPolicy) => Promise<PresignedPost & { expiresAt: Date }>;
  /** Where a tus store may write: to names that begin with the id of an upload. */
  readonly place: FolderPlace | BucketPlace;
}

/** A folder of this machine; an upload is the file `{folder}/{id}`. */
export interface FolderPlace {
  folder: string;
}

/** Part of a bucket; an upload is the object `{prefix}{id}`. */
export interface BucketPlace {
  bucket: string;
  /** Ends in `/`. */
  prefix: string;
  /** What the client of `@aws-sdk/client-s3` takes. It holds secrets. */
  client: S3ClientConfig;
  /** What is asked of it for whatever is stored, as members of its commands. */
  encryption: { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string };
}

/**
 * No object has this key: of what a resource has, the bytes are lost, or in the store of another server. Its message says
 * so, since it ends in the log of an operator.
 */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError';
  constructor(key: string) {
    super(
      `no object ${key} in the store of this server; several servers need one store: S3_BUCKET, or one folder as files in DATA_DIR`,
    );
  }
}

/** An upload is no longer what was verified. */
export class IncomingChangedError extends Error {
  override readonly name = 'IncomingChangedError';
  constructor(id: string) {
    super(`upload ${id} changed after it was verified`);
  }
}

/** The key is none of ours; the message does not repeat it, as it may be anything. */
export class InvalidBlobKeyError extends Error {
  override readonly name = 'InvalidBlobKeyError';
  constructor() {
    super('not an object key');
  }
}

/** A new random key: 128 bits as 22 characters of base64url. */
export const newBlobKey = randomId;

/** Whether a text has the form of {@link newBlobKey}. */
export function isBlobKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text);
}

/** @throws InvalidBlobKeyError unless the key has the form of {@link newBlobKey} */
export function assertBlobKey(key: string): void {
  if (!isBlobKey(key)) throw new InvalidBlobKeyError();
}

/**
 * Checks a range against an object's size, the same way in every store.
 *
 * @returns the range with its end inside the object
 * @throws RangeError when it starts past the last byte, is reversed, or is not made of whole numbers
 */
export function rangeWithin(size: number, { start, end }: ByteRange): ByteRange {
  const isValid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
  if (!isValid || start >= size)
    throw new RangeError(`no bytes ${start}-${end} in an object of ${size} bytes`);
  return { start, end: Math.min(end, size - 1) };
}
