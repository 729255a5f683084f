/** Media types of which smaller pictures are made. */
export const PICTURE = /^image\/(jpeg|png|webp|avif|gif)$/;

/** Media types of films, which may have a poster. */
export const FILM = /^video\//;

/** @returns whether there may be smaller pictures of a resource of this type */
export function hasPictures(contentType: string): boolean {
  return PICTURE.test(contentType) || FILM.test(contentType);
}
