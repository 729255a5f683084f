import { SignedUrlError } from './errors.ts';
import { checkExpiry } from './signed-fields.ts';

/** Longest lifetime of a signed URL: 7 days. */
export const MAX_TTL_SECONDS = 604800;

/** How far the clocks of signer and holder may differ before a fresh URL of the longest lifetime is refused. */
export const CLOCK_SKEW_SECONDS = 60;

/** What decides the expiry of a URL. */
export interface ExpiryRequest {
  /** Now, in Unix seconds; fractions are dropped. */
  nowSeconds: number;
  /** Lifetime asked for: a whole number of seconds, 1 to {@link MAX_TTL_SECONDS}. */
  lifetimeSeconds: number;
  /** Signature key id. */
  kid: string;
  /** Key, decoded. */
  path: string;
}

/**
 * Whether a URL is live. Tell a caller about it only after the signature held.
 *
 * @param exp expiry, Unix seconds
 * @param nowSeconds now, Unix seconds
 * @param maxTtlSeconds longest lifetime of the deployment
 * @returns `expired` from the second `exp` on, `expiry-too-far` beyond the longest lifetime and 60 s, else undefined
 */
export function expiryRefusal(
  exp: number,
  nowSeconds: number,
  maxTtlSeconds: number = MAX_TTL_SECONDS,
): 'expired' | 'expiry-too-far' | undefined {
  // Written so that a clock which is not a number refuses.
  if (!(nowSeconds < exp)) return 'expired';
  if (!(exp <= nowSeconds + maxTtlSeconds + CLOCK_SKEW_SECONDS)) return 'expiry-too-far';
  return undefined;
}

/**
 * Latest window boundary that is not after now + lifetime. Windows last a quarter of the lifetime, so the result
 * is between 75 % and 100 % of it away, and stays the same for a quarter of it.
 *
 * @param digest SHA-256 of key id and path; shifts the boundaries so that not all URLs roll over at once
 * @throws {@link SignedUrlError} `field` for a clock or lifetime out of range
 */
export function expiryInWindow(request: ExpiryRequest, digest: Uint8Array): number {
  const { lifetimeSeconds } = request;
  const now = Math.floor(request.nowSeconds);
  if (!Number.isSafeInteger(now)) throw new SignedUrlError('field', 'nowSeconds is not a time');
  if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > MAX_TTL_SECONDS)
    throw new SignedUrlError('field', 'lifetimeSeconds is not a whole number from 1 to 604800');
  const window = Math.max(1, Math.floor(lifetimeSeconds / 4));
  const shift = remainder(digest, window);
  const exp = Math.floor((now + lifetimeSeconds - shift) / window) * window + shift;
  checkExpiry(exp);
  return exp;
}

/** A big-endian number modulo `divisor`, which must be below 2^45. */
function remainder(bigEndian: Uint8Array, divisor: number): number {
  let rest = 0;
  for (const byte of bigEndian) rest = (rest * 256 + byte) % divisor;
  return rest;
}
