import { InjectionToken, isDevMode } from '@angular/core';
import { BUILT_IN_KINDS } from './core/built-in-kinds.ts';
import { parseDeliveryOrigin } from './core/delivery-origin.ts';
import type { KindDefinition, KindDefinitions } from './core/resource-ref.ts';
import type { TargetContext } from './core/resolve-target.ts';

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

/** The configuration with every default filled in. */
export interface ResourceUrlSettings extends TargetContext {
  readonly production: boolean;
  readonly api: string;
  readonly assets: string;
  readonly fallback: string | undefined;
  readonly withCredentials: boolean;
}

export const RESOURCE_URL_SETTINGS = new InjectionToken<ResourceUrlSettings>('ResourceUrlSettings');

export function resourceUrlSettings(config: ResourceUrlConfig): ResourceUrlSettings {
  return {
    production: config.mode ? config.mode === 'production' : !isDevMode(),
    api: withoutTrailingSlash(config.api),
    assets: withoutTrailingSlash(config.assets ?? '/assets/deployed'),
    deliveryOrigins: (config.deliveryOrigins ?? []).map(parseDeliveryOrigin),
    fallback: config.fallback,
    withCredentials: config.withCredentials ?? false,
    kinds: { ...BUILT_IN_KINDS, ...(config.kinds as Record<string, KindDefinition>) },
  };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
