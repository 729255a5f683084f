import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { keyInfo, type KeyMaterial, sidMessage, type SidInput, windowMessage } from './derivation.ts';
import { expiryInWindow, type ExpiryRequest } from './expiry.ts';
import { isSignature, type SignedFields } from './signed-fields.ts';
import { stringToSign } from './string-to-sign.ts';

/** HMAC-SHA256 (RFC 2104). */
export function hmac(key: KeyObject, message: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/** HKDF-SHA256 (RFC 5869). Throws a RangeError when `length` is over 8160 bytes. */
export function hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', ikm, salt, info, length));
}

/** A signature key from the 32 bytes that {@link deriveKey} gave elsewhere. */
export function importKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/**
 * Signature key of one owner and generation.
 *
 * @throws {@link SignedUrlError} `field` when a part is missing, too short or malformed
 */
export function deriveKey(material: KeyMaterial): KeyObject {
  return importKey(hkdf(material.master, material.salt, keyInfo(material), 32));
}

/**
 * Signature id of a URL without its `sig_`: the same for a repeated request in the same window, on every server.
 *
 * @returns 22 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`
 */
export function deriveSid(key: KeyObject, input: SidInput): string {
  return hmac(key, sidMessage(input)).toString('base64url', 0, 16);
}

/**
 * Signature over the fields.
 *
 * @returns 43 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field` when the format cannot carry a field
 */
export function signatureOf(key: KeyObject, fields: SignedFields): string {
  return createHmac('sha256', key).update(stringToSign(fields)).digest('base64url');
}

/**
 * Whether `sig` is the signature over the fields, compared in constant time.
 *
 * @param sig anything; other than 43 characters in their one base64url spelling is false
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`; never for fields that `parseSignedTarget` gave
 */
export function verifySignature(key: KeyObject, fields: SignedFields, sig: string): boolean {
  if (!isSignature(sig)) return false;
  return timingSafeEqual(hmac(key, stringToSign(fields)), Buffer.from(sig, 'base64url'));
}

/**
 * Expiry for a URL asked for now: the same for everybody within a quarter of the lifetime.
 *
 * @returns Unix seconds, 75 % to 100 % of the lifetime away
 * @throws {@link SignedUrlError} `path` or `field`
 */
export function windowedExpiry(request: ExpiryRequest): number {
  return expiryInWindow(request, createHash('sha256').update(windowMessage(request)).digest());
}
