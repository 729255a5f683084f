import type { ResourceRef } from '@countersign/angular';

/**
 * What messages call the image: its path, or its kind and parameters. Never a query, where a signature would be, and
 * never the bytes of a `data:` URL.
 */
export function imageLabel(ref: ResourceRef): string {
  const text = typeof ref === 'string' ? ref : Object.values(ref).join('/');
  const scheme = /\b(?:data|blob):/i.exec(text)?.[0];
  return (scheme ? `resource (${scheme} URL)` : text.replace(/[?#][^]*/, '')) || 'resource';
}
