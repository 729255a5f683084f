import type { Resource } from '../resources/resource.ts';

/** Types a browser may show in place. Anything else, HTML and SVG first, is offered as a download. */
const INLINE = /^(image\/(jpeg|png|gif|webp|avif)|video\/|audio\/|application\/pdf$|text\/plain$)/;

/** Entity tag of a resource's bytes (RFC 9110, strong). */
export function entityTag(resource: Resource): string {
  return `"${resource.sha256.toString('base64url')}"`;
}

/**
 * Headers of a 200, 206 or 304.
 *
 * @param dl download name from the URL, decoded; empty takes the resource's own, undefined shows it where that is safe
 */
export function deliveryHeaders(resource: Resource, dl: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': resource.contentType,
    ETag: entityTag(resource),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
  // An empty dl asks for a download under the resource's own name.
  const name = dl || resource.displayName;
  if (dl !== undefined || !INLINE.test(resource.contentType))
    headers['Content-Disposition'] = attachment(name);
  return headers;
}

/** `attachment` with the name in both forms (RFC 6266, RFC 8187). */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
