import parseRange from 'range-parser';

/** What to send of an object. `end` is inclusive. */
export type ByteRange = { status: 200 } | { status: 206; start: number; end: number } | { status: 416 };

/**
 * @param header the Range header (RFC 9110 section 14)
 * @param ifRange the If-Range header; a tag that is not the object's means: all of it
 * @param tag the object's entity tag
 * @param size of the object, bytes
 */
export function byteRange(
  header: string | undefined,
  ifRange: string | undefined,
  tag: string,
  size: number,
): ByteRange {
  if (header === undefined || (ifRange !== undefined && ifRange !== tag)) return { status: 200 };
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return { status: 416 };
  // Not a range at all, another unit, or several: a server may answer with everything.
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return { status: 200 };
  const range = ranges[0];
  return range ? { status: 206, start: range.start, end: range.end } : { status: 200 };
}

/** Whether If-None-Match names the object's tag (RFC 9110 section 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((item) => item.trim().replace(/^W\//, '') === tag);
}
