import { explainPath } from './explanations.ts';
import { pathError } from './path-error.ts';
import type { ResourceUrlError } from './resource-url-error.ts';

declare const ngDevMode: boolean | undefined;

/**
 * Brings a decoded path into the one form that both modes use: no leading `/` or `./`, no `//`, NFC.
 *
 * Development builds also refuse what the server would: empty, `.` or `..` segments, `\`, `%`, control, bidi control
 * and BOM characters, segments over 255 bytes, paths over 1024 bytes. So that it does not wait for production to show;
 * there the server says the same of the one path.
 *
 * @param text a decoded path, e.g. `/public//team/Zoë.jpg`
 * @returns e.g. `public/team/Zoë.jpg`
 * @throws ResourceUrlError `invalid-path`; in every build for what is empty, for `.` and `..` segments, for half a surrogate pair,
 *   which nobody can encode, and for a signature, which belongs into no request
 */
export function normalisePath(text: string): string {
  const path = text
    .normalize('NFC')
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+/g, '/');
  const refused =
    typeof ngDevMode === 'undefined' || ngDevMode
      ? explainPath(path)
      : /^$|(^|\/)\.\.?(\/|$)|\p{Cs}/u.test(path);
  if (refused || /([?&]|%3f|%26)sig=/i.test(path)) throw invalidPath(text);
  return path;
}

/** The error for a reference that cannot name a resource. */
export function invalidPath(text: string): ResourceUrlError {
  return pathError('invalid-path', text);
}
