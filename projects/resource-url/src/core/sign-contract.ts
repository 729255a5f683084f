import { quotePath, ResourceUrlError } from './resource-url-error.ts';
import type { Outcome, ResourceRequest } from './signed-url.ts';

/** The body of `POST {api}/sign`, and one entry of `POST {api}/sign/batch`. */
export interface SignBody {
  readonly path: string;
  readonly expiryMinutes?: number;
  readonly reason: string;
}

export function signBody({ path, expiryMinutes, reason }: ResourceRequest): SignBody {
  return expiryMinutes === undefined ? { path, reason } : { path, expiryMinutes, reason };
}

/** `http(s)` or same-origin, and nothing in it that browsers drop or fold while reading. */
const USABLE_URL = /^(?:https?:\/\/|\/(?!\/))[^\s\p{Cc}\\]+$/iu;

/**
 * Reads `{url, expiresAt, signatureId}`, or `{error: {code, status, detail}}` of a batch.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @param now wall time in milliseconds
 */
export function readAnswer(answer: unknown, { path }: ResourceRequest, now: number): Outcome {
  const { url, expiresAt, signatureId, error } = fields(answer);
  if (error !== undefined) {
    const { code, status, detail } = fields(error);
    return failed(refusal(path, typeof status === 'number' ? status : 0, code, detail));
  }
  const expiry = new Date(typeof expiresAt === 'string' ? expiresAt : NaN);
  if (typeof url !== 'string' || typeof signatureId !== 'string' || Number.isNaN(expiry.getTime())) {
    return malformed(path, 'has not the fields {url, expiresAt, signatureId}');
  }
  if (!USABLE_URL.test(url)) {
    return failed(
      about('refused-answer', path, 'was answered with a URL that is neither http(s) nor same-origin'),
    );
  }
  if (expiry.getTime() <= now) {
    return failed(
      about('expired-answer', path, 'was answered with a URL already expired by the clock of this device'),
    );
  }
  return { ok: true, signed: { url, expiresAt: expiry, signatureId } };
}

/** Reads `{results: [...]}`: one outcome per request, in order; an answer of another shape fails them all. */
export function readBatchAnswer(
  answer: unknown,
  requests: readonly ResourceRequest[],
  now: number,
): Outcome[] {
  const { results } = fields(answer);
  if (!Array.isArray(results) || results.length !== requests.length) {
    return requests.map(({ path }) => malformed(path, 'has not one result per resource'));
  }
  const entries: readonly unknown[] = results;
  return requests.map((request, index) => readAnswer(entries[index], request, now));
}

/**
 * The error for a refusal by the server.
 *
 * @param problem an RFC 9457 problem: `code` and `detail` are used when they are strings
 */
export function refusal(
  path: string,
  status: number,
  code: unknown,
  detail: unknown,
  retryAfter?: number,
): ResourceUrlError {
  const known = typeof code === 'string' && code !== '' ? code : 'http-error';
  // A detail is written by others: should it quote a URL, its query stays out.
  const why = typeof detail === 'string' ? ` ${detail.replace(/[?#]\S+/g, '')}` : '';
  return new ResourceUrlError(
    known,
    `Signing ${quotePath(path)} was refused (${status} ${known}).${why}`,
    status,
    retryAfter,
  );
}

function malformed(path: string, problem: string): Outcome {
  return failed(about('malformed-answer', path, `could not be signed: the answer ${problem}`));
}

function about(code: string, path: string, problem: string): ResourceUrlError {
  return new ResourceUrlError(code, `${quotePath(path)} ${problem}.`);
}

function failed(error: ResourceUrlError): Outcome {
  return { ok: false, error };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
