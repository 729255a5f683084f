import { HttpContext, type HttpClient, type HttpHeaders } from '@angular/common/http';
import { first } from 'rxjs';
import type { ServerClock } from './browser-clock.ts';
import { pathError } from './core/path-error.ts';
import { readAnswers, refusal, signBody } from './core/sign-contract.ts';
import type { SignTransport } from './core/sign-transport.ts';
import type { SignBatchRequest, SignRequest } from './core/wire-types.ts';
import { RESOURCE_URL_REQUEST } from './resource-url-request.ts';

declare const ngServerMode: boolean | undefined;

/** How long a page may be held up on the server; the signing API itself gives up after two seconds. */
const SERVER_TIMEOUT_MS = 3_000;

/** Where and how to ask. */
export interface HttpTransportOptions {
  /** Without trailing slash. */
  readonly api: string;
  readonly withCredentials?: boolean;
}

/** What is looked at of an `HttpResponse` or `HttpErrorResponse`; anything else has none of it. */
interface Answer {
  readonly headers?: HttpHeaders;
  readonly body?: unknown;
  readonly status?: number;
  readonly error?: unknown;
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
    const resources = requests.map(signBody);
    const single = resources.length === 1;
    const answer = http.post(
      `${api}/sign${single ? '' : '/batch'}`,
      (single ? resources[0] : { resources }) satisfies SignRequest | SignBatchRequest | undefined,
      {
        context: new HttpContext().set(RESOURCE_URL_REQUEST, true),
        observe: 'response',
        // A signed URL is for whoever asked, and gets into no page source.
        transferCache: false,
        withCredentials: withCredentials as boolean,
        ...(typeof ngServerMode !== 'undefined' && ngServerMode && { timeout: SERVER_TIMEOUT_MS }),
      },
    );
    const learn = (response: unknown): Answer => {
      const known = Object(response) as Answer;
      clock.learn(known.headers?.get('Date'));
      return known;
    };
    // No answer at all, as an interceptor may arrange it, is a malformed one.
    const subscription = answer.pipe(first(null, undefined)).subscribe({
      next: (response) => {
        // In a spec, post() may be a spy that hands back the body alone.
        const { body = response } = learn(response);
        done(readAnswers(single ? { results: [body] } : body, requests, clock.now()));
      },
      error: (problem: unknown) => {
        const { headers, status, error } = learn(problem);
        const wait = Number(headers?.get('Retry-After'));
        done(
          requests.map(({ path }) =>
            status
              ? refusal(path, status, error, wait > 0 ? wait : undefined)
              : pathError(status === 0 ? 'network' : 'request-failed', path),
          ),
        );
      },
    });
    return () => subscription.unsubscribe();
  };
}
