import { SignedUrlError } from './errors.ts';

/** What a signature covers, in decoded form. */
export interface SignedFields {
  /** Configured public authority of the deployment, lower case: `cdn.example.com`, `127.0.0.1:3000`. Never the Host header. */
  authority: string;
  /** Key without leading slash, decoded, NFC. */
  path: string;
  /** Expiry in Unix seconds, ten digits. */
  exp: number;
  /** Signature key id: 128 random bits in 22 base64url characters. */
  kid: string;
  /** Second half of the signature id: 128 bits in 22 base64url characters. */
  sid: string;
  /** Download name, decoded. Absent: no download; `''`: download under the resource's own name. */
  dl?: string | undefined;
}

const AUTHORITY = /^(?:[a-z0-9_-][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
// Lengths are checked apart: a counted repetition would halve the speed of these.
const ID = /^[A-Za-z0-9_-]*[AQgw]$/;
const SIGNATURE = /^[A-Za-z0-9_-]*[AEIMQUYcgkosw048]$/;
const EXPIRY = /^[1-9][0-9]*$/;

/** True for 128 bits in their one base64url spelling (spare bits zero). */
export function isId(value: string): boolean {
  return value.length === 22 && ID.test(value);
}

/** True for 256 bits in their one base64url spelling (spare bits zero). */
export function isSignature(value: string): boolean {
  return value.length === 43 && SIGNATURE.test(value);
}

/** True for ten digits without a leading zero. */
export function isExpiry(value: string): boolean {
  return value.length === 10 && EXPIRY.test(value);
}

/** @throws {@link SignedUrlError} `field` unless `exp` is a whole number of ten digits */
export function checkExpiry(exp: number): void {
  if (!Number.isInteger(exp) || exp < 1_000_000_000 || exp > 9_999_999_999)
    throw new SignedUrlError('field', 'exp is not a Unix time of ten digits');
}

/** @throws {@link SignedUrlError} `field` unless `kid` is 128 bits in base64url */
export function checkKid(kid: string): void {
  if (!isId(kid)) throw new SignedUrlError('field', 'kid is not 128 bits in base64url');
}

/** @throws {@link SignedUrlError} `field` unless `sid` is 128 bits in base64url */
export function checkSid(sid: string): void {
  if (!isId(sid)) throw new SignedUrlError('field', 'sid is not 128 bits in base64url');
}

/** @throws {@link SignedUrlError} `field` unless `authority` is a lower-case host with an optional port */
export function checkAuthority(authority: string): void {
  if (!AUTHORITY.test(authority))
    throw new SignedUrlError('field', 'authority is not a lower-case host[:port]');
}
