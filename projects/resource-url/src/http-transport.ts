import { HttpContext, HttpErrorResponse, HttpResponse, type HttpClient } from '@angular/common/http';
import { first } from 'rxjs';
import type { ServerClock } from './browser-clock.ts';
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
  clock: ServerClock,
): SignTransport {
  return (requests, done) => {
    const [head] = requests;
    const single = requests.length === 1 ? head : undefined;
    const body = single ? signBody(single) : { resources: requests.map(signBody) };
    const context = new HttpContext().set(RESOURCE_URL_REQUEST, true);
    const options = { context, observe: 'response', ...(withCredentials && { withCredentials }) } as const;
    const answer = http.post<unknown>(single ? `${api}/sign` : `${api}/sign/batch`, body, options);
    // No answer at all, as an interceptor may arrange it, is a malformed one.
    const subscription = answer.pipe(first(null, undefined)).subscribe({
      next: (response: unknown) => {
        let value = response;
        // In a spec, post() may be a spy that hands back the body alone.
        if (response instanceof HttpResponse) {
          clock.learn(response.headers.get('Date'));
          value = response.body;
        }
        const now = clock.now();
        done(single ? [readAnswer(value, single, now)] : readBatchAnswer(value, requests, now));
      },
      error: (error: unknown) => {
        if (error instanceof HttpErrorResponse) clock.learn(error.headers.get('Date'));
        done(requests.map(({ path }) => signError(error, path, clock.now())));
      },
    });
    return () => subscription.unsubscribe();
  };
}

function signError(error: unknown, path: string, now: number): ResourceUrlError {
  if (!(error instanceof HttpErrorResponse)) {
    return pathError('request-failed', path);
  }
  if (error.status === 0) return pathError('network', path);
  return refusal(path, error.status, error.error, retryAfter(error.headers.get('Retry-After'), now));
}

/** Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
