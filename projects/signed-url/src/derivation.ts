import { canonicalPath } from './canonical-path.ts';
import { SignedUrlError } from './errors.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import { checkExpiry, checkKid } from './signed-fields.ts';
import { downloadLine, VERSION } from './string-to-sign.ts';

/** What a signature key is derived from (HKDF-SHA256, RFC 5869). */
export interface KeyMaterial {
  /** Master secret of the deployment, at least 32 bytes. */
  master: Uint8Array;
  /** Salt of this owner's generation, exactly 32 random bytes. */
  salt: Uint8Array;
  /** Tenant id, 1 to 255 UTF-8 bytes. */
  tenant: string;
  /** Owner id, 1 to 255 UTF-8 bytes. */
  ownerId: string;
  /** Signature key id. */
  kid: string;
}

/** What a signature id is derived from. */
export interface SidInput {
  /** Who asked for the URL, 1 to 1024 UTF-8 bytes. */
  principal: string;
  /** Key, decoded. */
  path: string;
  /** Expiry, Unix seconds. */
  exp: number;
  /** Download name, decoded. */
  dl?: string | undefined;
}

const SID_LABEL = lengthPrefixed(`${VERSION}-sid`);

/** Bytes of a signature key. */
const KEY_BYTES = 32;

/** Refuses bytes that are no signature key: under an empty key, everybody could sign. */
export function checkKeyBytes(bytes: Uint8Array): void {
  if (bytes.length !== KEY_BYTES) throw new SignedUrlError('field', 'a signature key is not 32 bytes');
}

/** HKDF info of a signature key, as a binary string. Checks the whole material. */
export function keyInfo(material: KeyMaterial): string {
  if (material.master.length < 32) throw new SignedUrlError('field', 'master is shorter than 32 bytes');
  if (material.salt.length !== 32) throw new SignedUrlError('field', 'salt is not 32 bytes');
  checkKid(material.kid);
  const info = lengthPrefixed(VERSION, material.tenant, material.ownerId, material.kid);
  checkBytes('tenant', material.tenant, 255);
  checkBytes('ownerId', material.ownerId, 255);
  return info;
}

/** Binary string whose HMAC, cut to 16 bytes, is the signature id. */
export function sidMessage(input: SidInput): string {
  checkExpiry(input.exp);
  return joinSidFields(input.principal, canonicalPath(input.path), input.exp, downloadLine(input.dl));
}

/**
 * {@link sidMessage} of fields that were checked before, apart from the principal.
 *
 * @param canonical canonical encoded path
 * @param download what `downloadLine` gave
 */
export function joinSidFields(principal: string, canonical: string, exp: number, download: string): string {
  checkBytes('principal', principal, 1024);
  return SID_LABEL + lengthPrefixed(principal, canonical, String(exp), download);
}

/** Binary string whose SHA-256 shifts the expiry windows of one path under one key. */
export function windowMessage(input: { kid: string; path: string }): string {
  checkKid(input.kid);
  return lengthPrefixed(`${VERSION}-window`, input.kid, canonicalPath(input.path));
}

/**
 * Binary string whose HMAC under the owner's key is the key of a path that was rotated.
 *
 * @param rotation how often old URLs of the path were ended, 1 or more
 */
export function rotationMessage(path: string, rotation: number): string {
  if (!Number.isSafeInteger(rotation) || rotation < 1) {
    throw new SignedUrlError('field', 'rotation is not a whole number from 1');
  }
  return lengthPrefixed(`${VERSION}-rotation`, canonicalPath(path), String(rotation));
}

function checkBytes(name: string, value: string, most: number): void {
  // A UTF-16 unit is at most three bytes.
  if (value.length >= 1 && value.length * 3 <= most) return;
  const bytes = lengthPrefixed(value).length - 4;
  if (bytes < 1 || bytes > most) throw new SignedUrlError('field', `${name} is not 1 to ${most} bytes`);
}
