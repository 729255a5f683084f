import { invalidPath, normalisePath } from './normalise-path.ts';

declare const ngDevMode: boolean | undefined;

/** What a URL stands for: itself, to be handed on as it is, or the path of a resource. */
export interface Reference {
  readonly url?: string;
  readonly path?: string;
}

/**
 * Tells URLs from paths. `data:`, `blob:` and foreign `http(s):` URLs are handed on (`url`), a URL on a delivery
 * origin is reduced to its decoded path (`path`, its old signature dropped), everything else is neither.
 *
 * @param deliveryOrigins where signed URLs begin, without trailing slash, e.g. `https://cdn.example.com`
 * @throws URIError for a URL on a delivery origin that is badly encoded
 * @throws ResourceUrlError `invalid-path` in development builds, for a URL that browsers would read differently
 *   (backslash, control character, encoded slash)
 */
export function readReference(text: string, deliveryOrigins: readonly string[]): Reference {
  const origin = deliveryOrigins.find((each) => text.startsWith(`${each}/`));
  const isWeb = /^https?:\/\//i.test(text);
  if ((typeof ngDevMode === 'undefined' || ngDevMode) && isWeb && !isReadAsWritten(text)) {
    throw invalidPath(text);
  }
  if (origin === undefined) return isWeb || /^(data|blob):/i.test(text) ? { url: text } : {};
  return { path: normalisePath(decodeURIComponent(text.slice(origin.length).replace(/[?#][^]*/, ''))) };
}

function isReadAsWritten(url: string): boolean {
  return !/[\p{Cc}\\]|%2f/iu.test(url) && URL.canParse(url);
}
