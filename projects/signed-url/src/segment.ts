/** Most UTF-8 bytes of one decoded path segment or download name: the limit of common file systems. */
export const MAX_SEGMENT_BYTES = 255;

/** C0, DEL, C1, Bidi_Control, BOM. Listed, not \p{...}, so that every engine and Unicode version agrees. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN_CHARACTER = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Kept by encodeURIComponent, but not unreserved in RFC 3986. */
const RESERVED_BUT_KEPT = /[!'()*]/g;

/** An encoded segment, or the clause that says why there is none. */
export type EncodedSegment = { ok: true; encoded: string } | { ok: false; detail: string };

const refused = (detail: string): EncodedSegment => ({ ok: false, detail });

/**
 * Checks one decoded segment and percent-encodes it: RFC 3986 unreserved characters stay, every other UTF-8 byte
 * becomes `%` and two upper-case hex digits.
 */
export function encodeSegment(segment: string): EncodedSegment {
  if (segment === '.' || segment === '..') return refused('a segment is . or ..');
  if (segment.includes('/') || segment.includes('\\'))
    return refused('a segment contains a slash or backslash');
  if (segment.includes('%')) return refused('a segment contains %, so it was probably encoded twice');
  if (FORBIDDEN_CHARACTER.test(segment))
    return refused('a segment contains a control, bidi-control or BOM character');
  if (!segment.isWellFormed()) return refused('a segment contains a lone surrogate');
  if (segment.normalize('NFC') !== segment)
    return refused('a segment is not in Unicode normalization form C');
  const encoded = encodeURIComponent(segment).replace(RESERVED_BUT_KEPT, percentEncodeAscii);
  if (decodedBytes(encoded) > MAX_SEGMENT_BYTES) return refused('a segment is longer than 255 bytes');
  return { ok: true, encoded };
}

/** Number of bytes that a percent-encoded ASCII string stands for. */
export function decodedBytes(encoded: string): number {
  let bytes = encoded.length;
  for (let at = encoded.indexOf('%'); at !== -1; at = encoded.indexOf('%', at + 3)) bytes -= 2;
  return bytes;
}

function percentEncodeAscii(character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase();
}
