import type { Request } from 'express';
import { Problem } from '../platform/problem.ts';

const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

const crossSiteRequest = (): Problem =>
  new Problem(
    403,
    'cross-site-request',
    'The cookie came without proof that a page of yours sent it',
    'Call from the own origin or from one in CORS_ORIGINS, or send Authorization: Bearer <token> instead of the cookie.',
  );

/** @returns whether a browser could send it as `Origin`: neither `*` nor `null`, and no path or slash behind it */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

/**
 * Cookies come along with requests that foreign pages make. A request that may change something is let through only
 * when its browser says that the page is of this origin or of one that is configured; a browser too old to say either
 * (`Sec-Fetch-Site`, W3C Fetch Metadata; `Origin`, RFC 6454) is refused, and so is whatever is no browser.
 *
 * @param origins besides the own one
 * @throws Problem cross-site-request
 */
export function refuseCrossSite(request: Request, origins: ReadonlySet<string>): void {
  if (CHANGES_NOTHING.has(request.method)) return;
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  // Only the person can make a request from nowhere: an address typed in, a bookmark.
  if (site === 'same-origin' || site === 'none') return;
  if (origin === undefined || origin === 'null') throw crossSiteRequest();
  if (origins.has(origin)) return;
  // A browser that has said "other site" is believed, whatever the names are.
  if (site !== undefined || origin !== `${request.protocol}://${host}`) throw crossSiteRequest();
}
