import type { ResourceUrlError } from './resource-url-error.ts';

/**
 * How one resource stands.
 *
 * | status | meaning |
 * |---|---|
 * | `loading` | no URL yet: asked for, or nobody subscribed so far |
 * | `ready` | a URL was handed out; `expiresAt` says how long it works |
 * | `stale` | an older URL is still shown: a new one is on its way, or asking for it failed (`error`) |
 * | `fallback` | there is no URL (`error`); who shows none yet, or a broken one, gets the configured fallback |
 * | `failed` | there is no URL (`error`) and no fallback is configured |
 */
export type ResourceStatus = 'loading' | 'ready' | 'stale' | 'fallback' | 'failed';

/** The state of one resource, as `ResourceUrlService.getState` tells it. */
export interface ResourceState {
  readonly status: ResourceStatus;
  /** End of the URL handed out last; `undefined` when there is none or it never expires. */
  readonly expiresAt: Date | undefined;
  /** Why there is no (newer) URL. */
  readonly error: ResourceUrlError | undefined;
}
