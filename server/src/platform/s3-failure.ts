import type { Readable } from 'node:stream';
import { StorageUnavailable } from './storage-unavailable.ts';

interface SdkError {
  name?: unknown;
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** @returns the HTTP status that the store answered with; undefined when there was no answer */
export function statusOf(error: unknown): number | undefined {
  return ((error ?? {}) as SdkError).$metadata?.httpStatusCode;
}

/** Whether the store says that there is no such object. A bucket that is not there is none of these. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && ((error ?? {}) as SdkError).name !== 'NoSuchBucket';
}

/** Whether the object is not the one that was asked for by its tag, or is there already. */
export function isOtherThanAsked(error: unknown): boolean {
  return statusOf(error) === 412 || statusOf(error) === 409;
}

/**
 * What is said of a failure: its code and no more. Messages of the SDK hold addresses, names of objects and, of some
 * stores, the request that was signed.
 *
 * @param operation e.g. `GetObject`
 */
export function storeFailure(operation: string, error: unknown): StorageUnavailable {
  // Of a call before it, for credentials.
  if (error instanceof StorageUnavailable) return error;
  const { name, code } = (error ?? {}) as SdkError;
  const said = [code, name].find(
    (word): word is string => typeof word === 'string' && /^\w{1,64}$/.test(word),
  );
  const status = statusOf(error);
  return new StorageUnavailable(
    operation,
    [said ?? 'no answer', ...(status === undefined ? [] : [String(status)])].join(' '),
  );
}

/**
 * Bytes on their way from the store: a connection that breaks in the middle is the store's failure. Without this it looks
 * as if whoever sent the request had gone, whose errors have the same code.
 *
 * @returns the same stream; whoever reads it gets a StorageUnavailable
 */
export function readFromStore(body: Readable): Readable {
  const destroy = body._destroy.bind(body);
  body._destroy = (error, done) =>
    destroy(isBrokenLine(error) ? storeFailure('GetObject', error) : error, done);
  return body;
}

function isBrokenLine(error: unknown): boolean {
  const { code } = (error ?? {}) as SdkError;
  return typeof code === 'string' && /^(E[A-Z]+|HPE_\w+)$/.test(code);
}
