import { InjectionToken, type Provider } from '@angular/core';
import type { ResourceRef } from '@countersign/angular';

/**
 * Names the resource that holds an image at a width.
 *
 * ```ts
 * const derivative: ImageCandidate = (ref, width) =>
 *   typeof ref === 'string' && width <= 1280 ? ref.replace(/([^/]+)$/, `${width}/$1`) : undefined;
 * ```
 *
 * @param ref what `resourceImage` names
 * @param width in pixels of the image file, a whole number above 0
 * @returns the resource to offer for that width, the same `ref` when there is no other, or `undefined` to offer
 *   nothing for it
 */
export type ImageCandidate = (ref: ResourceRef, width: number) => ResourceRef | undefined;

/** What images do that have no `candidate` of their own. */
export const IMAGE_CANDIDATE = new InjectionToken<ImageCandidate>('ImageCandidate');

/**
 * Says which resources hold smaller and larger versions of the images shown with `resourceImage`. It can be provided
 * for the application, a route or a component.
 *
 * ```ts
 * // public/team/a.jpg at width 640 is public/team/640/a.jpg
 * provideImageCandidates((ref, width) =>
 *   typeof ref === 'string' ? ref.replace(/([^/]+)$/, `${width}/$1`) : undefined,
 * );
 * ```
 */
export function provideImageCandidates(candidate: ImageCandidate): Provider {
  return { provide: IMAGE_CANDIDATE, useValue: candidate };
}
