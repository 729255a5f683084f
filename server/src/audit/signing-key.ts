import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

// RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS8.
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const RAW_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;
const FEWEST_CHARACTERS = 10;

/**
 * @param text an Ed25519 private key: its 32 bytes in base64 or base64url (`openssl rand -base64 32`: any 32 bytes are
 *   one), or PKCS8 in PEM, whose line feeds may be written as `\n`
 * @returns undefined when it is none, or nobody chose it at random
 */
export function parseSigningKey(text: string): KeyObject | undefined {
  if (RAW_KEY.test(text) && new Set(text).size < FEWEST_CHARACTERS) return undefined;
  try {
    const key = RAW_KEY.test(text)
      ? createPrivateKey({
          key: Buffer.concat([PKCS8_ED25519, Buffer.from(text, 'base64')]),
          format: 'der',
          type: 'pkcs8',
        })
      : createPrivateKey(text.replaceAll('\\n', '\n'));
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** @param text has SPKI in PEM, as the answer that tells the key has too @returns undefined when it is no Ed25519 public key */
export function parsePublicKey(text: string): KeyObject | undefined {
  try {
    const lines = text.replaceAll('\\n', '\n');
    const [pem = lines] = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(lines) ?? [];
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the public key's name: the first 16 hex digits of SHA-256 over its SPKI */
export function keyId(key: KeyObject): string {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}

/** @returns the public half, SPKI in PEM */
export const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
