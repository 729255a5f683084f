import { decodeBase64url, encodeBase64url } from './base64url.ts';
import {
  checkKeyBytes,
  joinSidFields,
  keyInfo,
  type KeyMaterial,
  rotationMessage,
  sidMessage,
  type SidInput,
  windowMessage,
} from './derivation.ts';
import { expiryInWindow, type ExpiryRequest } from './expiry.ts';
import { joinUrl } from './format.ts';
import { bytesOf } from './length-prefixed.ts';
import type { ParsedUrl } from './parse.ts';
import { prepare, type SignedUrl, type SignRequest } from './sign-request.ts';
import { isSignature, type SignedFields } from './signed-fields.ts';
import { downloadLine, joinLines, stringToSign } from './string-to-sign.ts';

/** `CryptoKey`, spelled so that it compiles with the types of Node and with those of a browser. */
export type SignatureKey = InstanceType<typeof CryptoKey>;

const encoder = new TextEncoder();
const HMAC_SHA256 = { name: 'HMAC', hash: 'SHA-256' };

/** HMAC-SHA256 (RFC 2104). */
export async function hmac(
  key: SignatureKey,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
}

/** HKDF-SHA256 (RFC 5869). Rejects when `length` is over 8160 bytes. */
export async function hkdf(
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', copy(ikm), 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: copy(salt), info: copy(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
}

/**
 * A signature key from the bytes that {@link deriveKey} gave elsewhere. Not extractable.
 *
 * @throws {@link SignedUrlError} `field` unless there are 32 bytes
 */
export async function importKey(bytes: Uint8Array): Promise<SignatureKey> {
  checkKeyBytes(bytes);
  return crypto.subtle.importKey('raw', copy(bytes), HMAC_SHA256, false, ['sign', 'verify']);
}

/**
 * Signature key of one owner and generation.
 *
 * @throws {@link SignedUrlError} `field` when a part is missing, too short or malformed
 */
export async function deriveKey(material: KeyMaterial): Promise<SignatureKey> {
  return importKey(await hkdf(material.master, material.salt, bytesOf(keyInfo(material)), 32));
}

/**
 * The key that signs and checks URLs of one path: the owner's key, or one derived from it once old URLs of the path
 * were ended.
 *
 * @param key of the owner
 * @param path key, decoded
 * @param rotation how often old URLs of this path were ended; 0 gives `key` itself
 * @throws {@link SignedUrlError} `path`, or `field` when the rotation is no whole number from 0
 */
export async function pathKey(key: SignatureKey, path: string, rotation: number): Promise<SignatureKey> {
  if (rotation === 0) return key;
  return importKey(await hmac(key, bytesOf(rotationMessage(path, rotation))));
}

/**
 * Signature id of a URL without its `sig_`: the same for a repeated request in the same window, on every server.
 *
 * @returns 22 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`
 */
export async function deriveSid(key: SignatureKey, input: SidInput): Promise<string> {
  return firstHalf(await hmac(key, bytesOf(sidMessage(input))));
}

/**
 * Signature over the fields.
 *
 * @returns 43 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field` when the format cannot carry a field
 */
export async function signatureOf(key: SignatureKey, fields: SignedFields): Promise<string> {
  return encodeBase64url(await hmac(key, encoder.encode(stringToSign(fields))));
}

/**
 * Signature id, signature and URL in one step: `deriveSid`, `signatureOf` and `formatSignedUrl`, with every check and
 * every encoding made once.
 *
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`
 */
export async function signUrl(key: SignatureKey, request: SignRequest): Promise<SignedUrl> {
  const { base, authority, principal, exp, kid } = request;
  const { canonical, download } = prepare(request);
  const sid = firstHalf(await hmac(key, bytesOf(joinSidFields(principal, canonical, exp, download))));
  const lines = joinLines(authority, canonical, { exp, kid, sid }, download);
  const sig = encodeBase64url(await hmac(key, encoder.encode(lines)));
  return { url: joinUrl(base, canonical, { sig, exp, kid, sid }, download), sid, sig };
}

/**
 * Whether `sig` is the signature over the fields, compared in constant time by the runtime.
 *
 * @param sig anything; other than 43 characters in their one base64url spelling is false
 * @throws {@link SignedUrlError} `path`, `parameter` or `field` when the format cannot carry a field
 */
export async function verifySignature(
  key: SignatureKey,
  fields: SignedFields,
  sig: string,
): Promise<boolean> {
  return sameTag(key, stringToSign(fields), sig);
}

/**
 * Whether a parsed URL carries the signature that `key` gives it at `authority`. The quick way for holders: nothing
 * is checked or encoded a second time, so hand in only what `parseSignedTarget` gave.
 *
 * @throws {@link SignedUrlError} `field` when the authority is malformed
 */
export async function verifyUrl(key: SignatureKey, authority: string, url: ParsedUrl): Promise<boolean> {
  return sameTag(key, joinLines(authority, url.canonical, url, downloadLine(url.dl)), url.sig);
}

/**
 * Expiry for a URL asked for now: the same for everybody within a quarter of the lifetime.
 *
 * @returns Unix seconds, 75 % to 100 % of the lifetime away
 * @throws {@link SignedUrlError} `path` or `field`
 */
export async function windowedExpiry(request: ExpiryRequest): Promise<number> {
  return expiryInWindow(
    request,
    new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(windowMessage(request)))),
  );
}

function firstHalf(tag: Uint8Array): string {
  return encodeBase64url(tag.subarray(0, 16));
}

async function sameTag(key: SignatureKey, message: string, sig: string): Promise<boolean> {
  if (!isSignature(sig)) return false;
  return crypto.subtle.verify('HMAC', key, decodeBase64url(sig), encoder.encode(message));
}

/** WebCrypto's types refuse bytes that might be shared memory. */
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
