import type { KindDefinitions } from './core/resource-ref.ts';

/** How a sign request that fails is repeated; the server's `Retry-After` is honoured in any case. */
export interface RetryConfig {
  /** How often, 0 to 10; 0 switches it off. The last delay may be 6400 ms. Left out: 3. */
  readonly retries?: number;
  /** Before the first repetition, in milliseconds (100 to 6400); each further one waits twice as long. Left out: 1000. */
  readonly firstDelayMs?: number;
}

/** When the signing API is given a rest. */
export interface BreakerConfig {
  /** After so many failed requests in a row, 1 to 100; more than `retry.retries`. Left out: 5. */
  readonly failures?: number;
  /** Between two probes, and before what failed is asked for again, in milliseconds (1000 to 3600000). Left out: 30000. */
  readonly probeMs?: number;
}

/** What `provideResourceUrls` takes. */
export interface ResourceUrlConfig {
  /**
   * `development` answers with direct paths below `assets` and makes no request, `production` with signed URLs.
   * Left out: Angular's `isDevMode()` decides.
   */
  readonly mode?: 'development' | 'production';
  /** Where the signing API is, e.g. `/api/resources`; `/sign` and `/sign/batch` are added to it. */
  readonly api: string;
  /** Where development mode finds the files. Left out: `/assets/deployed`. */
  readonly assets?: string;
  /**
   * Where signed URLs point to, e.g. `https://cdn.example.com` or `https://example.com/cdn`. A URL below one of
   * them, handed in as a reference, is reduced to its path and signed anew instead of being passed through.
   */
  readonly deliveryOrigins?: readonly string[];
  /** Shown when there is no URL to be had, e.g. `/assets/nobody.svg`. Left out: nothing is emitted then. */
  readonly fallback?: string;
  /** Sends cookies with sign requests to another origin. Left out: `false`. */
  readonly withCredentials?: boolean;
  /**
   * What rendering on the server does in production mode. `'defer'` signs nothing: no URL gets into the HTML, the
   * browser asks once it runs. `'sign'` writes signed URLs into the HTML, which must then be sent to nobody else than
   * the person it was rendered for, and not be cached for longer than they live. Left out: `'defer'`.
   */
  readonly serverRendering?: 'defer' | 'sign';
  /** How a sign request that fails (no answer, 408, 429, 5xx) is repeated. */
  readonly retry?: RetryConfig;
  /** When the signing API is no longer asked, but probed. */
  readonly breaker?: BreakerConfig;
  /** Definitions of the application's own kinds. */
  readonly kinds?: KindDefinitions;
}
