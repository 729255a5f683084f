import { withoutCredentials } from '../platform/credentials.ts';

const LONGEST = 1024;
const LONGEST_USER_AGENT = 256;

// C0, DEL and C1; U+2028/2029; bidi controls and the BOM: they forge lines or hide text where rows are read.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const EVERY_INVISIBLE = new RegExp(INVISIBLE, 'g');

/**
 * Text that a row may hold.
 * @returns at most 1024 characters (UTF-16 units); control, bidi and BOM characters became U+FFFD; absent stays absent
 */
export function clean(text: string): string;
export function clean(text: string | undefined): string | undefined;
export function clean(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const short = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  return INVISIBLE.test(short) ? short.replace(EVERY_INVISIBLE, '\ufffd') : short;
}

/**
 * Text that came from a client unchecked, such as the path of a refused URL: cleaned, and signatures and tokens taken
 * out.
 */
export function cleanUnchecked(text: string): string;
export function cleanUnchecked(text: string | undefined): string | undefined;
export function cleanUnchecked(text: string | undefined): string | undefined {
  return text === undefined ? undefined : withoutCredentials(clean(text));
}

/** The User-Agent header, cleaned as `cleanUnchecked` and at most 256 characters long. */
export function cleanUserAgent(header: string | undefined): string | undefined {
  return cleanUnchecked(header?.slice(0, LONGEST_USER_AGENT))?.slice(0, LONGEST_USER_AGENT);
}
