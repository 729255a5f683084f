import type { Readable } from 'node:stream';
import { randomId } from './ids.ts';

/** Bytes `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
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
   * @returns how many bytes were stored, and their SHA-256 (32 bytes)
   * @throws whatever the source stream fails with, and the system's errors (`ENOSPC`, ...)
   */
  put(key: string, body: Readable | Uint8Array): Promise<{ size: number; sha256: Buffer }>;
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
}

/** No object has this key. */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError';
  constructor(key: string) {
    super(`no object ${key}`);
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

/** @throws InvalidBlobKeyError unless the key has the form of {@link newBlobKey} */
export function assertBlobKey(key: string): void {
  if (!/^[A-Za-z0-9_-]{21}[AQgw]$/.test(key)) throw new InvalidBlobKeyError();
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
