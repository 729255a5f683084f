import type { KindDefinitions } from './core/resource-ref.ts';

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
  /** Definitions of the application's own kinds. */
  readonly kinds?: KindDefinitions;
}
