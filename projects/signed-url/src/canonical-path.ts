import { SignedUrlError } from './errors.ts';
import { decodedBytes, encodeSegment, MAX_SEGMENT_BYTES } from './segment.ts';

/** Most UTF-8 bytes of a decoded key: what S3 allows. */
export const MAX_KEY_BYTES = 1024;

/** Most bytes of a request target below the delivery prefix. */
export const MAX_TARGET_BYTES = 2048;

/** `?sig=<43>&exp=<10>&kid=<22>&sid=<22>`: a longer encoded path could never be signed. */
export const PARAMETER_BYTES = 117;

/** Segments of unreserved characters that do not start with a dot: already canonical. */
const PLAIN_KEY = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;

/** An encoded path, or the clause that says why there is none. */
export type EncodedPath = { ok: true; canonical: string } | { ok: false; detail: string };

/**
 * True when the key is its own canonical encoding, seen in one pass. False says nothing: ask {@link encodeKey}.
 * The length bound spares counting each segment.
 */
export function isPlainKey(key: string): boolean {
  return key.length <= MAX_SEGMENT_BYTES && PLAIN_KEY.test(key);
}

/**
 * Canonical percent-encoded path of a key.
 *
 * @param key decoded, NFC, without leading slash: `public/team/Zoë.jpg`
 * @returns `/` and the encoded segments: `/public/team/Zo%C3%AB.jpg`
 * @throws {@link SignedUrlError} `path` for whatever section "Path" of docs/signed-url.md refuses
 */
export function canonicalPath(key: string): string {
  if (isPlainKey(key)) return '/' + key;
  const path = encodeKey(key.split('/'));
  if (!path.ok) throw new SignedUrlError('path', path.detail);
  return path.canonical;
}

/**
 * Canonical percent-encoded download name, for `dl=`.
 *
 * @param name decoded file name under the rules of one path segment; `''` asks for the resource's own name
 * @returns the encoded name
 * @throws {@link SignedUrlError} `parameter`
 */
export function canonicalDownloadName(name: string): string {
  const segment = encodeSegment(name);
  if (!segment.ok) throw new SignedUrlError('parameter', `download name: ${segment.detail}`);
  return segment.encoded;
}

/** Checks and encodes decoded segments; never throws. */
export function encodeKey(segments: readonly string[]): EncodedPath {
  let canonical = '';
  for (const decoded of segments) {
    if (decoded === '') return { ok: false, detail: 'a segment is empty' };
    const segment = encodeSegment(decoded);
    if (!segment.ok) return segment;
    canonical += '/' + segment.encoded;
  }
  if (decodedBytes(canonical) - 1 > MAX_KEY_BYTES)
    return { ok: false, detail: 'the key is longer than 1024 bytes' };
  if (canonical.length > MAX_TARGET_BYTES - PARAMETER_BYTES)
    return { ok: false, detail: 'the encoded path leaves no room for the signature' };
  return { ok: true, canonical };
}
