/** The pictures that can be a photo, as the attribute `accept` of a file input. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';
