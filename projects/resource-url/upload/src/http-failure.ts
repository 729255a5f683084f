import { HttpErrorResponse, type HttpHeaders } from '@angular/common/http';
import { ResourceUploadError } from './resource-upload-error.ts';
import { retryAfter } from './retry-after.ts';
import type { Problem } from './wire-types.ts';

/**
 * What an exchange about a file failed with, in the words of this entry.
 *
 * @param error whatever it threw
 * @param name of the file, for the message
 */
export function httpFailure(error: unknown, name: string): ResourceUploadError {
  if (error instanceof ResourceUploadError) return error;
  if (!(error instanceof HttpErrorResponse)) {
    return new ResourceUploadError('request-failed', `"${name}" was not sent: an interceptor failed.`);
  }
  const { status } = error;
  if (status === 0) {
    return new ResourceUploadError('network', `"${name}" got no answer: offline, CORS, or the file changed.`);
  }
  return status < 300 ? malformedAnswer(name, status) : refusal(name, status, error.error, error.headers);
}

/** An answer that is not what the contract says. */
export function malformedAnswer(name: string, status = 0): ResourceUploadError {
  return new ResourceUploadError('malformed-answer', `"${name}" was not answered with a resource.`, {
    status,
  });
}

/**
 * A refusal, with the code of its problem response.
 *
 * @param body parsed JSON or its text; what is neither has no code
 */
export function refusal(
  name: string,
  status: number,
  body: unknown,
  headers: Pick<HttpHeaders, 'get'>,
): ResourceUploadError {
  const { code, detail } = problemIn(body);
  // A code is one word: nothing else that may come instead belongs into a message.
  const known = typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? code : statusCode(status);
  return new ResourceUploadError(known, `${known}: "${name}" was refused with ${status}.`, {
    status,
    retryAfter: retryAfter(headers.get('Retry-After'), Date.now()),
    detail: typeof detail === 'string' ? detail : undefined,
  });
}

/** Where a request asked for text, problems arrive as text. */
function problemIn(body: unknown): Partial<Record<keyof Problem, unknown>> {
  if (typeof body !== 'string') return Object(body) as Partial<Record<keyof Problem, unknown>>;
  try {
    return Object(JSON.parse(body)) as Partial<Record<keyof Problem, unknown>>;
  } catch {
    return {};
  }
}

/** A proxy before the server answers without a problem code; two of its answers mean the same. */
function statusCode(status: number): string {
  return status === 413 ? 'too-large' : status === 415 ? 'unsupported-type' : 'http-error';
}
