import { pathError } from './path-error.ts';
import type { ResourceUrlError } from './resource-url-error.ts';

/**
 * Control, unpaired surrogate, bidi control, BOM, backslash, percent sign: no signed URL can carry them. A signature
 * would end up in requests and audit rows.
 */
export const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_C}\uFEFF\\%]|[?&]sig=/u;

const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 1024;

/**
 * Brings a decoded path into the one form that both modes use: no leading `/` or `./`, no `//`, NFC.
 *
 * @param text a decoded path, e.g. `/public//team/Zoë.jpg`
 * @returns e.g. `public/team/Zoë.jpg`
 * @throws ResourceUrlError `invalid-path` for whatever the server could never sign: empty, `.` or `..` segments,
 *   `\`, `%`, control, bidi control and BOM characters, segments over 255 bytes, paths over 1024 bytes. Refused
 *   in development too, so that it does not wait for production to show.
 */
export function normalisePath(text: string): string {
  const path = text
    .normalize('NFC')
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/{2,}/g, '/');
  if (FORBIDDEN.test(path) || /(^|\/)\.{0,2}(\/|$)/.test(path) || isTooLong(path)) throw invalidPath(text);
  return path;
}

/** Whether a path is longer than 1024 bytes, or one of its segments longer than 255. */
export function isTooLong(path: string): boolean {
  return (
    byteLength(path) > MAX_PATH_BYTES ||
    path.split('/').some((segment) => byteLength(segment) > MAX_SEGMENT_BYTES)
  );
}

/** The error for a reference that cannot name a resource. */
export function invalidPath(text: string): ResourceUrlError {
  return pathError('invalid-path', text);
}

function byteLength(text: string): number {
  // UTF-8 needs at most three bytes per UTF-16 unit, so most names need not be encoded to be measured.
  return text.length < MAX_SEGMENT_BYTES / 3 ? 0 : new TextEncoder().encode(text).length;
}
