import { HttpContext, HttpErrorResponse, type HttpClient } from '@angular/common/http';
import { first } from 'rxjs';
import type { Clock } from './core/clock.ts';
import { pathError } from './core/path-error.ts';
import type { ResourceUrlError } from './core/resource-url-error.ts';
import { readAnswer, readBatchAnswer, refusal, signBody } from './core/sign-contract.ts';
import type { SignTransport } from './core/sign-transport.ts';
import { RESOURCE_URL_REQUEST } from './resource-url-request.ts';

/** Where and how to ask. */
export interface HttpTransportOptions {
  /** Without trailing slash. */
  readonly api: string;
  readonly withCredentials: boolean;
}

/**
 * Production mode: one resource goes to `POST {api}/sign`, several to `POST {api}/sign/batch`, through the
 * application's interceptors.
 */
export function httpTransport(
  http: HttpClient,
  { api, withCredentials }: HttpTransportOptions,
  clock: Clock,
): SignTransport {
  return (requests, done) => {
    const [head] = requests;
    const single = requests.length === 1 ? head : undefined;
    const body = single ? signBody(single) : { resources: requests.map(signBody) };
    const context = new HttpContext().set(RESOURCE_URL_REQUEST, true);
    const options = withCredentials ? { context, withCredentials } : { context };
    const answer = http.post<unknown>(single ? `${api}/sign` : `${api}/sign/batch`, body, options);
    // No answer at all, as an interceptor may arrange it, is a malformed one.
    const subscription = answer.pipe(first(null, undefined)).subscribe({
      next: (value) => {
        const now = clock.now();
        done(single ? [readAnswer(value, single, now)] : readBatchAnswer(value, requests, now));
      },
      error: (error: unknown) => {
        done(requests.map(({ path }) => signError(error, path, clock.now())));
      },
    });
    return () => subscription.unsubscribe();
  };
}

function signError(error: unknown, path: string, now: number): ResourceUrlError {
  if (!(error instanceof HttpErrorResponse)) {
    return pathError('request-failed', path, 'interceptor');
  }
  if (error.status === 0) return pathError('network', path, 'no-answer');
  return refusal(path, error.status, error.error, retryAfter(error.headers.get('Retry-After'), now));
}

/** Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
