import { SignedUrlError } from './errors.ts';

const ASCII = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();

/**
 * Joins fields so that no two different lists give the same bytes: each field is its length in UTF-8 bytes as four
 * big-endian bytes, then those bytes.
 *
 * @returns a binary string, one character per byte: Node hashes it as `latin1` faster than it makes a byte array
 * @throws {@link SignedUrlError} `field` for a lone surrogate, which UTF-8 would silently turn into U+FFFD
 */
export function lengthPrefixed(...fields: readonly string[]): string {
  let joined = '';
  for (const field of fields) {
    const bytes = utf8(field);
    joined += bigEndian(bytes.length) + bytes;
  }
  return joined;
}

/** UTF-8 bytes of a text as a binary string. */
function utf8(text: string): string {
  if (ASCII.test(text)) return text;
  if (!text.isWellFormed()) throw new SignedUrlError('field', 'a field contains a lone surrogate');
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

function bigEndian(length: number): string {
  return String.fromCharCode(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
}

/** The bytes of a binary string. */
export function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
