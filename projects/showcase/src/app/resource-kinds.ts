import type { KindDefinitions } from '@countersign/angular';

/** The kinds that only this application has: a reference with a missing parameter does not compile. */
declare module '@countersign/angular' {
  interface ResourceKinds {
    /** A picture of the gallery, `public/gallery/{name}`. */
    galleryPhoto: { name: string };
    /** A video, `public/videos/{name}`. */
    clip: { name: string };
  }
}

/** Where the resources of these kinds are, and what the audit says about them. */
export const kinds: KindDefinitions = {
  galleryPhoto: {
    development: 'images/gallery/{name}',
    production: 'public/gallery/{name}',
    reason: 'gallery_photo',
    expiryMinutes: 60,
  },
  clip: {
    development: 'videos/{name}',
    production: 'public/videos/{name}',
    reason: 'sample_video',
    // So short that one can watch a URL run out.
    expiryMinutes: 1,
  },
};
