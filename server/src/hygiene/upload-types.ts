/**
 * Media types that are taken unless UPLOAD_TYPES says otherwise: pictures, films, sounds, text, PDF, office documents of
 * today's formats, and ZIP. `family/*` is all of a family.
 */
export const DEFAULT_UPLOAD_TYPES: readonly string[] = [
  ...['image/*', 'video/*', 'audio/*', 'text/plain', 'text/csv', 'text/markdown'],
  ...['application/pdf', 'application/json', 'application/rtf', 'application/zip'],
  ...['wordprocessingml.document', 'spreadsheetml.sheet', 'presentationml.presentation'].map(
    (format) => `application/vnd.openxmlformats-officedocument.${format}`,
  ),
  ...['text', 'spreadsheet', 'presentation'].map((format) => `application/vnd.oasis.opendocument.${format}`),
];

/** What an entry of the list looks like: `image/png`, `image/*`, or `*` for every type. */
export const UPLOAD_TYPE = /^(\*|[a-z0-9][a-z0-9!#$&^_.+-]*\/(\*|[a-z0-9][a-z0-9!#$&^_.+-]*))$/;

/** @param type lower case, without parameters @returns whether the list has it */
export function takesType(types: readonly string[], type: string): boolean {
  const family = type.slice(0, type.indexOf('/') + 1);
  return types.some((entry) => entry === '*' || entry === type || entry === `${family}*`);
}
