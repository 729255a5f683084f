import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../platform/problem.ts';

/** 403 `hotlink`: a page elsewhere wants what is meant for this deployment's own. */
export const hotlink = (): Problem =>
  new Problem(
    403,
    'hotlink',
    'Not for pages of this site',
    'Without signing in, only pages of the origins in SITE_ORIGINS are answered.',
  );

/** `scheme://host[:port]` and what a Referer may have behind it; no user name, and nothing that a browser would fold. */
const PAGE = /^(https?:\/\/(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?)(\/[^\\]*|[?#].*)?$/is;
const WILDCARD = /^(https?):\/\/\*\.((?:[a-z0-9_-]+\.)+[a-z0-9-]+(?::\d{1,5})?)\/?$/i;

/**
 * One entry of `SITE_ORIGINS`: an origin as RFC 6454 section 4 has it, `https://www.example.com`, or every name below
 * a domain of two labels or more, `https://*.example.com`.
 *
 * @returns the one spelling that is compared; undefined: it is none
 */
export function siteOrigin(entry: string): string | undefined {
  const [, scheme, domain] = WILDCARD.exec(entry) ?? [];
  if (scheme && domain) {
    const origin = originOf(`${scheme}://${domain}`);
    return origin?.replace('://', '://*.');
  }
  let url: URL;
  try {
    url = new URL(entry);
  } catch {
    return undefined;
  }
  // What is left of an address that is more than an origin would not be what somebody meant.
  const isBare = /^https?:$/.test(url.protocol) && /^[^/]+:\/\/[^/\\?#@*]+\/?$/.test(entry);
  return isBare ? url.origin : undefined;
}

/** The pages that may use what is signed for everybody. */
export class SiteOrigins {
  readonly #exact = new Set<string>();
  /** `https://` and `.example.com` (with the port, unless it is the scheme's own). */
  readonly #below: { scheme: string; suffix: string }[] = [];
  readonly #admitsAbsent: boolean;

  /** Nothing is restricted without sites. */
  readonly restricts: boolean;

  /**
   * @param sites as `siteOrigin` gives them
   * @param own origins that count as well once there are sites: those of the deployment itself
   * @param absent whether a request that names no page is answered
   */
  constructor(sites: readonly string[], own: readonly string[], absent: 'allow' | 'refuse') {
    this.restricts = sites.length > 0;
    this.#admitsAbsent = absent === 'allow';
    for (const site of [...sites, ...own]) {
      const [scheme = '', domain] = site.split('*', 2);
      if (domain === undefined) this.#exact.add(site);
      else this.#below.push({ scheme, suffix: domain });
    }
  }

  /**
   * Whether a request comes from a page of a site: by `Origin` (RFC 6454), else by `Referer` (RFC 9110, 10.1.3).
   * What they say and nobody can read is a foreign page, and so is `null`, the origin of sandboxed frames and files.
   */
  admits({ origin, referer }: Pick<IncomingHttpHeaders, 'origin' | 'referer'>): boolean {
    if (!this.restricts) return true;
    const page = origin || (referer === 'about:blank' ? undefined : referer);
    if (!page) return this.#admitsAbsent;
    const from = originOf(page, origin ? 'origin' : 'address');
    return from !== undefined && (this.#exact.has(from) || this.#isBelow(from));
  }

  #isBelow(origin: string): boolean {
    return this.#below.some(
      ({ scheme, suffix }) =>
        origin.startsWith(scheme) && origin.endsWith(suffix) && origin.length > scheme.length + suffix.length,
    );
  }
}

/** The origin of a page in its one spelling: lower case, without the port that the scheme has anyway. */
function originOf(page: string, form: 'origin' | 'address' = 'origin'): string | undefined {
  const [, bare, more] = PAGE.exec(page) ?? [];
  if (bare === undefined || (form === 'origin' && more !== undefined)) return undefined;
  try {
    return new URL(bare).origin;
  } catch {
    return undefined;
  }
}
