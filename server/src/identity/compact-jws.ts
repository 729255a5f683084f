import { z } from 'zod';
import { parseUnique } from './unique-members.ts';

/** The longest token that is looked at, characters; HTTP servers take about twice that as all headers together. */
export const LONGEST_TOKEN = 8192;

const LONGEST_HEADER = 2048;
const SEGMENT = /^[A-Za-z0-9_-]+$/;
const absent = z.never().optional();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What a header may say. Keys and addresses of keys in it (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. Extensions
 * that must be understood are not (`crit`, `b64`, RFC 7797), nor are compressed or encrypted tokens.
 */
const joseHeader = z.looseObject({
  alg: z.string().max(16),
  kid: z.string().min(1).max(256).optional(),
  typ: z.string().max(64).optional(),
  crit: absent,
  b64: absent,
  zip: absent,
  enc: absent,
});

/** The parts of a header that a verifier looks at. */
export interface JwsHeader {
  alg: string;
  kid?: string | undefined;
  typ?: string | undefined;
}

/**
 * Takes a compact JWS (RFC 7515 section 7.1) apart. Nothing in it is proven by that.
 *
 * @returns its header, and its payload as it was sent; undefined: it is none, or has another spelling of its bytes than
 *   the only one that base64url has for them
 */
export function readCompactJws(token: string): { header: JwsHeader; payload: Buffer } | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  const segments = token.split('.');
  if (segments.length !== 3) return undefined;
  const [first, second, third] = segments.map(bytesOf);
  if (!first || !second || !third || first.length > LONGEST_HEADER) return undefined;
  const header = joseHeader.safeParse(jsonOf(first));
  return header.success ? { header: header.data, payload: second } : undefined;
}

/** @returns the claims of a payload; undefined: it is not an object in JSON in UTF-8 whose names are unique */
export function readClaims(payload: Buffer): Readonly<Record<string, unknown>> | undefined {
  const claims = jsonOf(payload);
  const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims);
  return isObject ? (claims as Record<string, unknown>) : undefined;
}

/** Node ignores what is not base64url, and set bits that no byte needs. */
function bytesOf(segment: string): Buffer | undefined {
  if (!SEGMENT.test(segment)) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return parseUnique(strictUtf8.decode(bytes));
  } catch {
    return undefined;
  }
}
