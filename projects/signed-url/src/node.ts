import { hash, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
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
import type { ParsedUrl } from './parse.ts';
import { prepare, type SignedUrl, type SignRequest } from './sign-request.ts';
import type { SignedFields } from './signed-fields.ts';
import { downloadLine, joinLines, stringToSign } from './string-to-sign.ts';

/** Reused by every call: nothing awaits between writing and reading. */
const digest = Buffer.alloc(32);
const half = Buffer.alloc(16);
const computed = Buffer.alloc(43);
const presented = Buffer.alloc(43);

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** What a key becomes in RFC 2104: one block for the inner hash, one for the outer. */
interface Pads {
  inner: Buffer;
  /** With room for the inner digest behind it. */
  outer: Buffer;
}

const padsOfKeys = new WeakMap<KeyObject, Pads>();
let scratch = Buffer.alloc(4096);

/**
 * HMAC-SHA256 (RFC 2104) of a binary string. As text, because Node makes a Buffer more slowly. As two hashes, because
 * Node's `createHmac` makes an object of OpenSSL for each message, which takes longer than the hashing.
 */
export function hmac(key: KeyObject, message: string, encoding: 'base64url' | 'binary'): string {
  const { inner, outer } = padsOfKeys.get(key) ?? addPads(key);
  const length = BLOCK_BYTES + message.length;
  if (length > scratch.length) scratch = Buffer.alloc(length * 2);
  scratch.set(inner);
  scratch.write(message, BLOCK_BYTES, 'latin1');
  outer.write(hash('sha256', scratch.subarray(0, length), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', outer, encoding);
}

function addPads(key: KeyObject): Pads {
  const exported = key.export();
  const bytes = exported.length > BLOCK_BYTES ? hash('sha256', exported, 'buffer') : exported;
  const pad = (value: number, room: number): Buffer => {
    const block = Buffer.alloc(BLOCK_BYTES + room).fill(value, 0, BLOCK_BYTES);
    bytes.forEach((byte, index) => (block[index] = byte ^ value));
    return block;
  };
  const pads = { inner: pad(INNER_PAD, 0), outer: pad(OUTER_PAD, DIGEST_BYTES) };
  padsOfKeys.set(key, pads);
  return pads;
}

/** HKDF-SHA256 (RFC 5869). Throws a RangeError when `length` is over 8160 bytes. */
export function hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', ikm, salt, info, length));
}

/**
 * A signature key from the bytes that {@link deriveKey} gave elsewhere.
 *
 * @throws {@link SignedUrlError} `field` unless there are 32 bytes
 */
export function importKey(bytes: Uint8Array): KeyObject {
  checkKeyBytes(bytes);
  return createSecretKey(bytes);
}

/**
 * Signature key of one owner and generation.
 *
 * @throws {@link SignedUrlError} `field` when a part is missing, too short or malformed
 */
export function deriveKey(material: KeyMaterial): KeyObject {
  return importKey(hkdf(material.master, material.salt, Buffer.from(keyInfo(material), 'latin1'), 32));
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
export function pathKey(key: KeyObject, path: string, rotation: number): KeyObject {
  if (rotation === 0) return key;
  return importKey(Buffer.from(hmac(key, rotationMessage(path, rotation), 'binary'), 'latin1'));
}

/**
 * Signature id of a URL without its `sig_`: the same for a repeated request in the same window, on every server.
 *
 * @returns 22 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`
 */
export function deriveSid(key: KeyObject, input: SidInput): string {
  return firstHalf(hmac(key, sidMessage(input), 'binary'));
}

/**
 * Signature over the fields.
 *
 * @returns 43 base64url characters
 * @throws {@link SignedUrlError} `path`, `parameter` or `field` when the format cannot carry a field
 */
export function signatureOf(key: KeyObject, fields: SignedFields): string {
  return hmac(key, stringToSign(fields), 'base64url');
}

/**
 * Signature id, signature and URL in one step: `deriveSid`, `signatureOf` and `formatSignedUrl`, with every check and
 * every encoding made once.
 *
 * @throws {@link SignedUrlError} `path`, `parameter` or `field`
 */
export function signUrl(key: KeyObject, request: SignRequest): SignedUrl {
  const { base, authority, principal, exp, kid } = request;
  const { canonical, download } = prepare(request);
  const sid = firstHalf(hmac(key, joinSidFields(principal, canonical, exp, download), 'binary'));
  const sig = hmac(key, joinLines(authority, canonical, { exp, kid, sid }, download), 'base64url');
  return { url: joinUrl(base, canonical, { sig, exp, kid, sid }, download), sid, sig };
}

/**
 * Whether `sig` is the signature over the fields, compared in constant time.
 *
 * @param sig anything; other than 43 characters in their one base64url spelling is false
 * @throws {@link SignedUrlError} `path`, `parameter` or `field` when the format cannot carry a field
 */
export function verifySignature(key: KeyObject, fields: SignedFields, sig: string): boolean {
  return sameTag(hmac(key, stringToSign(fields), 'base64url'), sig);
}

/**
 * Whether a parsed URL carries the signature that `key` gives it at `authority`. The quick way for holders: nothing
 * is checked or encoded a second time, so hand in only what `parseSignedTarget` gave.
 *
 * @throws {@link SignedUrlError} `field` when the authority is malformed
 */
export function verifyUrl(key: KeyObject, authority: string, url: ParsedUrl): boolean {
  return sameTag(
    hmac(key, joinLines(authority, url.canonical, url, downloadLine(url.dl)), 'base64url'),
    url.sig,
  );
}

/**
 * Expiry for a URL asked for now: the same for everybody within a quarter of the lifetime.
 *
 * @returns Unix seconds, 75 % to 100 % of the lifetime away
 * @throws {@link SignedUrlError} `path` or `field`
 */
export function windowedExpiry(request: ExpiryRequest): number {
  digest.write(hash('sha256', Buffer.from(windowMessage(request), 'latin1'), 'binary'), 'latin1');
  return expiryInWindow(request, digest);
}

/** base64url of the first 16 bytes of a tag. */
function firstHalf(tag: string): string {
  half.write(tag, 'latin1');
  return half.toString('base64url');
}

/**
 * Compares in constant time, as text: what Node writes has one spelling, so another spelling of the same bytes is
 * not equal. As UTF-8, because latin1 would cut the high byte off and make another character equal.
 */
function sameTag(tag: string, sig: string): boolean {
  if (sig.length !== 43 || presented.write(sig, 'utf8') !== 43) return false;
  computed.write(tag, 'latin1');
  return timingSafeEqual(computed, presented);
}
