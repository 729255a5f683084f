import { makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core';
import { checkConfig } from './check-config.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';
import type { ResourceUrlFeature } from './resource-url-feature.ts';
import { RESOURCE_URL_SETTINGS, resourceUrlSettings } from './resource-url-settings.ts';
import { ResourceUrlService } from './resource-url.service.ts';

declare const ngDevMode: boolean | undefined;

/**
 * Provides `ResourceUrlService`. It is the only thing that differs between development and production.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideResourceUrls({ api: '/api/resources' })] });
 * ```
 *
 * @param features what must be absent unless named, e.g. `withSession(...)`
 * @throws Error in development builds, for a configuration that contradicts itself; it says what to write instead
 */
export function provideResourceUrls(
  config: ResourceUrlConfig,
  ...features: readonly ResourceUrlFeature[]
): EnvironmentProviders {
  if (typeof ngDevMode === 'undefined' || ngDevMode) checkConfig(config);
  return makeEnvironmentProviders([
    { provide: RESOURCE_URL_SETTINGS, useFactory: () => resourceUrlSettings(config) },
    ResourceUrlService,
    features.map(({ ɵproviders }) => ɵproviders),
  ]);
}
