/**
 * Why there is no URL. Beside these, `code` may be any code of the server's problem responses.
 *
 * | code | meaning |
 * |---|---|
 * | `invalid-path` | the reference cannot name a resource; nothing was asked |
 * | `invalid-options` | the lifetime or the reason cannot be asked for; nothing was asked |
 * | `unknown-kind` | the kind has no definition in `provideResourceUrls({ kinds })` |
 * | `network` | no answer: offline, CORS, aborted |
 * | `unavailable` | nothing was asked: the signing API failed several times in a row, and is probed first |
 * | `does-not-load` | a URL was signed and reported broken, and came back the same |
 * | `request-failed` | an interceptor threw something that is no HTTP answer |
 * | `http-error` | an HTTP error without a problem code |
 * | `malformed-answer` | the answer is not what the contract says, or its URL must not be used, e.g. of a foreign scheme |
 * | `expired-answer` | the URL was past its expiry on arrival; look at this device's clock |
 * | `cancelled` | `clear()` dropped the request |
 * | `deferred` | nothing is signed while rendering on the server |
 */
export type ResourceUrlErrorCode =
  | 'invalid-path'
  | 'invalid-options'
  | 'unknown-kind'
  | 'network'
  | 'unavailable'
  | 'does-not-load'
  | 'request-failed'
  | 'http-error'
  | 'malformed-answer'
  | 'expired-answer'
  | 'cancelled'
  | 'deferred'
  | (string & Record<never, never>);

/**
 * Says why a URL could not be had. Its message names the path and never holds a URL with a query.
 *
 * ```ts
 * urls.sign('public/brand/logo.svg').catch((error: unknown) => {
 *   if (error instanceof ResourceUrlError && error.status === 429) console.warn(error.code, error.retryAfter);
 * });
 * ```
 */
export class ResourceUrlError extends Error {
  override readonly name = 'ResourceUrlError';
  /** One stable word for programs. */
  declare readonly code: ResourceUrlErrorCode;
  /** HTTP status; 0 when no answer came or none was asked for, 503 when the breaker is open. */
  declare readonly status: number;
  /** Seconds the server asks to wait, when it does. */
  declare readonly retryAfter: number | undefined;

  constructor(code: ResourceUrlErrorCode, message: string, status = 0, retryAfter?: number) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Whether asking again later may help: no answer, 408, 429, 5xx. */
export function isTransient(outcome: unknown): outcome is ResourceUrlError {
  const { code, status } = Object(outcome) as ResourceUrlError;
  return code === 'network' || status === 408 || status === 429 || status > 499;
}
