import { inject } from '@angular/core';
import type { ResourceRef } from './core/resource-ref.ts';
import type { ResourceUrlError } from './core/resource-url-error.ts';
import { resolveTarget } from './core/resolve-target.ts';
import type { ResourceRequest } from './core/sign-transport.ts';
import type { SignedUrl } from './core/signed-url.ts';
import { RESOURCE_URL_SETTINGS } from './resource-url-settings.ts';

/**
 * Reads references as the service does: into what would be asked for, or else what is known without asking. For
 * `@countersign/angular/testing`, which must not say a second time what a reference means.
 */
export function referenceReader(): (ref: ResourceRef) => {
  readonly request?: ResourceRequest;
  readonly outcome?: SignedUrl | ResourceUrlError;
} {
  const settings = inject(RESOURCE_URL_SETTINGS);
  return (ref) => resolveTarget(ref, undefined, settings);
}
