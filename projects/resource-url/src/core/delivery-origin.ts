import { invalidPath, normalisePath } from './normalise-path.ts';

/** Where signed URLs point to: an origin, and the part of the path before the resource's own (`''` or `/cdn`). */
export interface DeliveryOrigin {
  readonly origin: string;
  readonly prefix: string;
}

const OPAQUE = /^(?:data|blob):/i;
const HTTP = /^(https?:\/\/[^/?#]*)([^?#]*)/i;
const UNSAFE = /[\p{Cc}\\]/u;

/**
 * @param url e.g. `https://cdn.example.com` or `https://example.com/cdn`
 * @throws TypeError when it is no URL
 */
export function parseDeliveryOrigin(url: string): DeliveryOrigin {
  const { origin, pathname } = new URL(url);
  return { origin, prefix: pathname.replace(/\/+$/, '') };
}

/** What a URL stands for: itself, to be handed on as it is, or the path of a resource. */
export type Reference = { readonly url: string } | { readonly path: string };

/**
 * Tells URLs from paths. `data:`, `blob:` and foreign `http(s):` URLs are handed on (`url`), a URL on a delivery
 * origin is reduced to its decoded path (`path`, its old signature dropped), everything else is no URL (`undefined`).
 *
 * @throws ResourceUrlError `invalid-path` for a URL that browsers would read differently (backslash, control
 *   character), or that is on a delivery origin and badly encoded
 */
export function readReference(
  text: string,
  deliveryOrigins: readonly DeliveryOrigin[],
): Reference | undefined {
  if (OPAQUE.test(text)) return { url: text };
  const [, authority, path = ''] = HTTP.exec(text) ?? [];
  if (authority === undefined) return undefined;
  if (UNSAFE.test(text) || !URL.canParse(authority)) throw invalidPath(text);
  const { origin } = new URL(authority);
  const delivery = deliveryOrigins.find(
    (each) => each.origin === origin && path.startsWith(`${each.prefix}/`),
  );
  if (!delivery) return { url: text };
  const segments = path.slice(delivery.prefix.length).split('/');
  return { path: normalisePath(segments.map((segment) => decodeSegment(segment, text)).join('/')) };
}

/** @throws ResourceUrlError `invalid-path` for a slash that was encoded: it names another resource than it shows. */
function decodeSegment(segment: string, url: string): string {
  try {
    const decoded = decodeURIComponent(segment);
    if (!decoded.includes('/')) return decoded;
  } catch {
    // Badly encoded; refused like the slash.
  }
  throw invalidPath(url);
}
