import { InjectionToken, type Provider } from '@angular/core';
import { ɵresolveTarget, type ResourceRef, type UrlOptions } from '@countersign/angular';
import type { ImageCandidate } from './image-candidate.ts';

/** In which widths and format smaller pictures are asked for. */
export interface ImageDerivatives {
  /** Pixels; those of the server, or some of them. Left out: 160, 320, 640, 1280. */
  readonly widths?: readonly number[];
  /** Left out: `webp`. */
  readonly format?: 'webp' | 'avif';
}

/** Which smaller pictures there are of images that have no `candidate`. */
export const IMAGE_DERIVATIVES = new InjectionToken<Required<ImageDerivatives>>('ImageDerivatives');

/**
 * Shows images with the smaller pictures that a Countersign server makes of them: for each width that `resourceImage`
 * needs, the smallest one that is wide enough, and the original where none is, where one cannot be had, and in
 * development mode. The original is not signed unless it is shown. It can be provided for the application, a route or a
 * component.
 *
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [provideResourceUrls({ api: '/api/resources' }), provideImageDerivatives()],
 * });
 * ```
 */
export function provideImageDerivatives({
  widths = [160, 320, 640, 1280],
  format = 'webp',
}: ImageDerivatives = {}): Provider {
  return {
    provide: IMAGE_DERIVATIVES,
    useValue: { widths: [...widths].sort((a, b) => a - b), format },
  };
}

/** How one image is asked for by its derivatives. */
export interface DerivedImage {
  /** The picture for a width; the image itself where no picture is wide enough. */
  readonly candidate: ImageCandidate;
  /** What makes a picture the same request as the image: its reason and its lifetime. */
  readonly options: UrlOptions;
}

/**
 * @param ref of the original
 * @returns nothing where there are no derivatives: in development, and of what is signed by nobody
 */
export function derivedImage(
  ref: ResourceRef,
  options: UrlOptions | undefined,
  { widths, format }: Required<ImageDerivatives>,
  settings: Parameters<typeof ɵresolveTarget>[2] & { readonly production: boolean },
): DerivedImage | undefined {
  const { request } = ɵresolveTarget(ref, options, settings);
  if (!settings.production || !request) return undefined;
  const { path, reason, expiryMinutes } = request;
  return {
    candidate: (original, width) => {
      const enough = widths.find((each) => each >= width);
      return enough === undefined ? original : `${path}/~${enough}.${format}`;
    },
    options: { ...options, reason, ...(expiryMinutes === undefined ? {} : { expiryMinutes }) },
  };
}
