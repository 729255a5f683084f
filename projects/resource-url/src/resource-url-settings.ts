import { InjectionToken, isDevMode } from '@angular/core';
import { DEFAULT_BACKOFF, type Backoff } from './core/backoff.ts';
import { BUILT_IN_KINDS } from './core/built-in-kinds.ts';
import type { TargetContext } from './core/resolve-target.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';

declare const ngDevMode: boolean | undefined;
declare const ngServerMode: boolean | undefined;

/** The configuration with every default filled in. */
export interface ResourceUrlSettings extends TargetContext {
  readonly production: boolean;
  readonly api: string;
  readonly assets: string;
  readonly fallback?: string;
  readonly withCredentials?: boolean;
  readonly serverRendering?: 'defer' | 'sign';
  readonly backoff: Backoff;
}

export const RESOURCE_URL_SETTINGS = new InjectionToken<ResourceUrlSettings>(
  typeof ngDevMode === 'undefined' || ngDevMode ? 'ResourceUrlSettings' : '',
  typeof ngDevMode === 'undefined' || ngDevMode ? { factory: notProvided } : undefined,
);

function notProvided(): never {
  throw new Error(`Write provideResourceUrls({ api: '/api/resources' }) into the application's providers.`);
}

export function resourceUrlSettings(config: ResourceUrlConfig): ResourceUrlSettings {
  const { mode, api, assets = '/assets/deployed', deliveryOrigins = [], retry, breaker, kinds } = config;
  return {
    ...config,
    production: mode ? mode === 'production' : !isDevMode(),
    api: withoutTrailingSlash(api),
    assets: withoutTrailingSlash(assets),
    deliveryOrigins: deliveryOrigins.map(withoutTrailingSlash),
    backoff: {
      ...DEFAULT_BACKOFF,
      ...retry,
      ...breaker,
      // A server has no time for another attempt, and no timers to wait with: who asks after a failure is told at once.
      ...(typeof ngServerMode !== 'undefined' &&
        ngServerMode && { retries: 0, failures: 1, probeMs: DEFAULT_BACKOFF.probeMs }),
    },
    kinds: { __proto__: null, ...BUILT_IN_KINDS, ...kinds } as unknown as TargetContext['kinds'],
  };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
