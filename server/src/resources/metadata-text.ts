import { withoutCredentials } from '../platform/credentials.ts';
import { HIDDEN_CHARACTER } from '../platform/hidden-characters.ts';
import { invalidRequest } from '../platform/problem.ts';

/**
 * What somebody writes about a resource, as it is stored; nothing but blanks is null.
 *
 * @param field names it in the refusal, e.g. `body.label`
 * @throws Problem 400 `invalid-request`: it has characters that hide what it says, or holds a signature or a token
 */
export function metadataText(field: string, text: string | null): string | null {
  const normal =
    text
      ?.normalize('NFC')
      .replace(/\r\n?|[\u2028\u2029]/g, '\n')
      .trim() ?? '';
  if (normal === '') return null;
  const lines = field.endsWith('.notes') ? normal.replace(/[\n\t]/g, ' ') : normal;
  if (!normal.isWellFormed() || HIDDEN_CHARACTER.test(lines)) {
    throw invalidRequest(
      `${field}: control characters, text direction marks and characters that show nothing are not allowed`,
    );
  }
  if (withoutCredentials(normal) !== normal) {
    throw invalidRequest(`${field}: it holds the signature of a URL, or a token; take that out`);
  }
  return normal;
}
