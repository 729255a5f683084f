import type { Outcome } from './outcome.ts';
import { pathError } from './path-error.ts';
import type { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceRequest } from './sign-transport.ts';
import type { BatchError, Problem, SignBatchAnswer, SignedAnswer, SignRequest } from './wire-types.ts';

/** The body of `POST {api}/sign`, and one entry of `POST {api}/sign/batch`. Without a lifetime, JSON leaves the field out. */
export function signBody({ assetPath: _, ...body }: ResourceRequest): SignRequest {
  return body;
}

/** `http(s)` or same-origin, and nothing in it that browsers drop or fold while reading. */
const USABLE_URL = /^(https?:\/\/|\/(?!\/))[^\s\p{Cc}\\]+$/iu;

/**
 * Reads `{url, expiresAt, signatureId}`, or `{error: {code, status}}` of a batch.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @param now wall time in milliseconds
 */
function readAnswer(answer: unknown, { path }: ResourceRequest, now: number): Outcome {
  const { url, expiresAt, signatureId, error } = fields<SignedAnswer & BatchError>(answer);
  if (error) return refusal(path, Number(fields<BatchError['error']>(error).status) || 0, error);
  if (isText(url) && isText(expiresAt) && isText(signatureId) && USABLE_URL.test(url)) {
    const expiry = new Date(expiresAt);
    if (+expiry > now) return { url, expiresAt: expiry, signatureId };
    if (+expiry <= now) return pathError('expired-answer', path);
  }
  return pathError('malformed-answer', path);
}

/** Reads `{results: [...]}`: one outcome per request, in order; an answer of another shape fails them all. */
export function readAnswers(
  answer: unknown,
  requests: readonly ResourceRequest[],
  now: number,
): readonly Outcome[] {
  const results = fields<unknown[]>(fields<SignBatchAnswer>(answer).results);
  const fits = results.length === requests.length;
  return requests.map((request, index) => readAnswer(fits && results[index], request, now));
}

/**
 * The error for a refusal by the server.
 *
 * @param problem what should be an RFC 9457 problem; only its `code` is used
 * @param retryAfter seconds
 */
export function refusal(
  path: string,
  status: number,
  problem: unknown,
  retryAfter?: number,
): ResourceUrlError {
  const { code } = fields<Problem>(problem);
  // A code is one word: nothing else that may come instead belongs into a message.
  const known = isText(code) && /^[\w-]+$/.test(code) ? code : 'http-error';
  return pathError(known, path, status, retryAfter);
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** What should be a `T`, of which nothing is believed but the names. */
function fields<T>(value: unknown): Partial<Record<keyof T, unknown>> {
  return Object(value) as Partial<Record<keyof T, unknown>>;
}
