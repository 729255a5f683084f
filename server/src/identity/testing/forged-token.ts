import { createHmac, sign, type KeyObject } from 'node:crypto';

const encoded = (part: string | Buffer | object): string =>
  (typeof part === 'string' || part instanceof Buffer
    ? Buffer.from(part)
    : Buffer.from(JSON.stringify(part))
  ).toString('base64url');

/**
 * A token that no library would make: header and payload go in as they are, text byte for byte.
 *
 * @param key signs it properly: RS256 with a private key, HS256 with text
 */
export function forgedToken(
  header: string | Buffer | object,
  payload: string | Buffer | object,
  key: KeyObject | string,
): string {
  const signed = `${encoded(header)}.${encoded(payload)}`;
  const signature =
    typeof key === 'string'
      ? createHmac('sha256', key).update(signed).digest('base64url')
      : sign('sha256', Buffer.from(signed), key).toString('base64url');
  return `${signed}.${signature}`;
}
