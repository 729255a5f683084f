/** Units of UTF-16 that order and search look at: an index takes no more than 2704 bytes. */
const LONGEST = 255;

/**
 * A display name as order and search by name see it: no difference between upper and lower case, in every alphabet, nor
 * between full and half width. Made here, since what a database does with letters that are not Latin depends on its locale.
 *
 * @param displayName of a resource, or a part of one that somebody looks for
 */
export function nameKey(displayName: string): string {
  return displayName.normalize('NFKC').toLowerCase().slice(0, LONGEST).toWellFormed();
}
