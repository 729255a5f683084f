import type { ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/resource.ts';

/** Where the pictures of the gallery live. */
export const GALLERY_PREFIX = 'public/gallery/';

/** @returns the reference by which the library knows a picture of the gallery */
export function galleryRef({ path }: Resource): ResourceRef {
  return { kind: 'galleryPhoto', name: path.slice(GALLERY_PREFIX.length) };
}
