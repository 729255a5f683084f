const SAFE = /^(?:(?:https?|data|blob):|[^:/?#]*(?:[/?#]|$))/i;

/**
 * Whether a URL may become an `href` or a `src`. Directives set these without Angular's sanitizer, so nothing but
 * `http(s)`, `data`, `blob` and what is relative to the page gets through.
 */
export function isSafeUrl(url: string): boolean {
  return SAFE.test(url);
}
