import { InjectionToken, isDevMode } from '@angular/core';
import { DEFAULT_BACKOFF, type Backoff } from './core/backoff.ts';
import { BUILT_IN_KINDS } from './core/built-in-kinds.ts';
import { parseDeliveryOrigin } from './core/delivery-origin.ts';
import type { KindDefinition } from './core/resource-ref.ts';
import type { TargetContext } from './core/resolve-target.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';

/** The configuration with every default filled in. */
export interface ResourceUrlSettings extends TargetContext {
  readonly production: boolean;
  readonly api: string;
  readonly assets: string;
  readonly fallback: string | undefined;
  readonly withCredentials: boolean;
  readonly backoff: Backoff;
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
    backoff: { ...DEFAULT_BACKOFF, ...config.retry, ...config.breaker },
    kinds: Object.assign(Object.create(null), BUILT_IN_KINDS, config.kinds) as Record<string, KindDefinition>,
  };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
