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
  'malformed-answer':
    'was not answered with {url, expiresAt, signatureId}, or the URL is neither http(s) nor same-origin',
  'expired-answer': 'was answered with a URL that is expired already; is the clock of this device right?',
  cancelled: 'was dropped by clear()',
  deferred: 'is not signed while rendering on the server',
};

/**
 * Control, unpaired surrogate, bidi control, BOM, backslash, percent sign: no signed URL can carry them. A signature
 * would end up in requests and audit rows.
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_C}\uFEFF\\%]|[?&]sig=/u;

const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 1024;

/** Says in development what an error means; production builds leave these sentences out. */
export function explain(code: ResourceUrlErrorCode, path: string): string {
  if (code !== 'invalid-path') return SENTENCES[code] ?? 'was refused';
  if (/^https?:/i.test(path)) return 'is no usable URL, or badly percent-encoded';
  // What is right as a path was refused where only one segment, or the value of a parameter, is right.
  return (
    explainPath(path) ??
    (path.includes('/')
      ? 'has to be one segment of a path here'
      : 'is a parameter of this kind, and was not given')
  );
}

/** What keeps a normalised path from being one, if anything does. */
export function explainPath(path: string): string | undefined {
  if (FORBIDDEN.test(path)) {
    return 'holds a backslash, percent sign, control character or signature; pass the decoded path alone';
  }
  const segments = path.split('/');
  if (segments.some((segment) => /^\.{0,2}$/.test(segment))) {
    return 'is empty or has a segment that is empty, "." or ".."';
  }
  if (isLonger(path, MAX_PATH_BYTES) || segments.some((segment) => isLonger(segment, MAX_SEGMENT_BYTES))) {
    return 'is longer than 1024 bytes, or has a segment longer than 255';
  }
  return undefined;
}

function isLonger(text: string, bytes: number): boolean {
  // UTF-8 needs at most three bytes per UTF-16 unit, so most names need not be encoded to be measured.
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
