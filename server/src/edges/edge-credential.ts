import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What an edge shows, taken apart. */
export interface PresentedCredential {
  edgeId: string;
  /** SHA-256 of the secret: the secret itself is kept nowhere. */
  hash: Buffer;
}

/** How a credential begins, so that it is never taken for a token of a person, and secret scanners know it. */
export const CREDENTIAL_PREFIX = 'cse_';

const FORM = /^cse_([A-Za-z0-9_-]{21}[AQgw])_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/**
 * @param edgeId 22 base64url characters
 * @returns a credential with a secret of 256 random bits, to be shown once, and what is stored of it
 */
export function newCredential(edgeId: string): { credential: string; hash: Buffer } {
  const secret = randomBytes(32);
  return { credential: `cse_${edgeId}_${secret.toString('base64url')}`, hash: hashOf(secret) };
}

/** @returns undefined when it has not the form of one */
export function parseCredential(text: string): PresentedCredential | undefined {
  const [, edgeId, secret] = FORM.exec(text) ?? [];
  if (edgeId === undefined || secret === undefined) return undefined;
  return { edgeId, hash: hashOf(Buffer.from(secret, 'base64url')) };
}

/** @returns whether one of the stored hashes is that of the secret; each is compared, in constant time */
export function isOneOf(hash: Buffer, stored: readonly (Buffer | null)[]): boolean {
  let found = false;
  for (const one of stored) if (one && timingSafeEqual(hash, one)) found = true;
  return found;
}

// Nobody guesses 256 random bits, so nothing slower is needed.
const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();
