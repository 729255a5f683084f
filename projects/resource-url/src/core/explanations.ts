import { FORBIDDEN, isTooLong } from './normalise-path.ts';
import type { ResourceUrlErrorCode } from './resource-url-error.ts';

/** What messages say after the path, by their code. */
const SENTENCES: Partial<Record<ResourceUrlErrorCode, string>> = {
  'invalid-options':
    'is asked for with a lifetime that is not 1 to 10080 whole minutes, or a reason other than \\w.:-',
  'unknown-kind': 'has no definition; write provideResourceUrls({ kinds: { ... } })',
  network: 'got no answer from the signing API',
  unavailable: 'was not asked for: the signing API failed several times in a row',
  'does-not-load': 'was signed, and its URL does not load',
  'request-failed': 'was not asked for: an interceptor failed',
  'malformed-answer': 'was not answered with {url, expiresAt, signatureId}, one for each resource',
  'refused-answer': 'was answered with a URL that is neither http(s) nor same-origin',
  'expired-answer': 'was answered with a URL that is expired already; is the clock of this device right?',
  cancelled: 'was dropped by clear()',
  deferred: 'is not signed while rendering on the server',
};

/** Says in development what an error means; production builds leave these sentences out. */
export function explain(code: ResourceUrlErrorCode, path: string): string {
  return code === 'invalid-path' ? explainPath(path) : (SENTENCES[code] ?? 'was refused');
}

function explainPath(text: string): string {
  if (/^https?:/i.test(text)) return 'is not a usable URL, or badly percent-encoded';
  if (FORBIDDEN.test(text)) {
    return 'holds a backslash, percent sign, control character or signature; pass the decoded path alone';
  }
  if (text.split('/').some((segment) => /^\.{1,2}$/.test(segment)) || !/[^/]$/.test(text)) {
    return 'is empty or has a segment that is empty, "." or ".."';
  }
  if (isTooLong(text)) return 'is longer than 1024 bytes, or has a segment longer than 255';
  if (text.includes('/')) return 'has to be one segment of a path here';
  return 'is a parameter of this kind, and was not given';
}
