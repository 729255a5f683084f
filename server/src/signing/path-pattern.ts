import { canonicalPath, SignedUrlError } from '@countersign/signed-url';

/** Whether a canonical key, e.g. `public/team/avatar-2.jpg`, fits a pattern. */
export type PathMatch = (path: string) => boolean;

const REST = '**';
const PLACEHOLDER = /^\{[A-Za-z][A-Za-z0-9]*\}$/;

/**
 * What is wrong with a path pattern: segments divided by single slashes, each of them itself, `*` or `{name}` (any one
 * segment), or, as the last, `**` (one segment or more).
 *
 * @returns undefined when nothing is
 */
export function patternFault(pattern: string): string | undefined {
  const segments = pattern.split('/');
  const early = segments.slice(0, -1).includes(REST);
  if (early) return '** stands for the rest of a path, so it can only be the last segment';
  for (const segment of segments) {
    if (segment === REST || isOneSegment(segment)) continue;
    if (/[*{}]/.test(segment)) return `the segment ${segment} is neither text, * , {name} nor **`;
  }
  try {
    canonicalPath(segments.map((segment) => (isWild(segment) ? 'x' : segment)).join('/'));
    return undefined;
  } catch (error) {
    if (error instanceof SignedUrlError) return `no path can look like this: ${error.message}`;
    throw error;
  }
}

/** A function that matches quickly, made once for a pattern without fault. */
export function compilePattern(pattern: string): PathMatch {
  const segments = pattern.split('/');
  const wild = segments.findIndex(isWild);
  if (wild < 0) return (path) => path === pattern;
  if (segments[wild] === REST) {
    const prefix = pattern.slice(0, -REST.length);
    return (path) => path.length > prefix.length && path.startsWith(prefix);
  }
  const source = segments.map((segment) => {
    if (segment === REST) return '.+';
    return isOneSegment(segment) ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  // By UTF-16 unit, which says the same of slashes and whole segments, and is quicker than by character.
  const expression = new RegExp(`^${source.join('/')}$`, 's');
  return (path) => expression.test(path);
}

/** Whether every path that fits `narrow` fits `broad` too; both without fault. */
export function covers(broad: string, narrow: string): boolean {
  const wide = broad.split('/');
  const slim = narrow.split('/');
  for (const [index, segment] of wide.entries()) {
    const other = slim[index];
    if (other === undefined) return false;
    if (segment === REST) return true;
    if (other === REST) return false;
    if (!isOneSegment(segment) && segment !== other) return false;
  }
  return wide.length === slim.length;
}

const isOneSegment = (segment: string): boolean => segment === '*' || PLACEHOLDER.test(segment);

const isWild = (segment: string): boolean => segment === REST || isOneSegment(segment);
