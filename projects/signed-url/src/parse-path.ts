import { encodeKey, isPlainKey } from './canonical-path.ts';

/** A path as it came, read once: everything (MAC, cache key, object key) uses these two. */
export type ParsedPath = { ok: true; path: string; canonical: string } | { ok: false; detail: string };

/** RFC 3986 `pchar` and `/`: nothing that a WHATWG URL parser would strip, fold or encode. */
const RAW_PATH = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*)+$/;

/**
 * Reads the raw, still encoded path of a request target. Never throws.
 *
 * @param raw from the leading slash up to the `?`
 */
export function parsePath(raw: string): ParsedPath {
  const key = raw.slice(1);
  if (raw.charCodeAt(0) === 0x2f && isPlainKey(key)) return { ok: true, path: key, canonical: raw };
  if (!RAW_PATH.test(raw))
    return { ok: false, detail: 'the path has a character that does not belong in one' };
  const segments: string[] = [];
  for (const segment of key.split('/')) {
    const decoded = percentDecode(segment);
    if (decoded === undefined) return { ok: false, detail: 'the path is not UTF-8' };
    segments.push(decoded);
  }
  const encoded = encodeKey(segments);
  return encoded.ok ? { ok: true, path: segments.join('/'), canonical: encoded.canonical } : encoded;
}

/** Percent-decodes once; undefined for what is not UTF-8. A plus sign stays one, a BOM is kept. */
export function percentDecode(encoded: string): string | undefined {
  if (!encoded.includes('%')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
