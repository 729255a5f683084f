import { SignedUrlError } from './errors.ts';

const encoder = new TextEncoder();

/**
 * Joins fields so that no two different lists give the same bytes: each field is its length in UTF-8 bytes as four
 * big-endian bytes, then those bytes.
 *
 * @throws {@link SignedUrlError} `field` for a lone surrogate, which UTF-8 would silently turn into U+FFFD
 */
export function lengthPrefixed(...fields: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = fields.map((field) => {
    if (!field.isWellFormed()) throw new SignedUrlError('field', 'a field contains a lone surrogate');
    return encoder.encode(field);
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
