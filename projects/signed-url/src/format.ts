import { canonicalPath, MAX_TARGET_BYTES } from './canonical-path.ts';
import { SignedUrlError } from './errors.ts';
import { checkExpiry, checkKid, checkSid, isSignature, type SignedFields } from './signed-fields.ts';
import { downloadLine } from './string-to-sign.ts';

/** Scheme, authority and a plain path prefix without trailing slash. */
const BASE =
  /^https?:\/\/(?:[a-z0-9_-][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;

/**
 * The signed URL.
 *
 * @param base public address of the delivery, without trailing slash: `https://cdn.example.com`,
 *   `http://127.0.0.1:3000/cdn`
 * @param fields what was signed, and the signature over it
 * @returns `<base>/<path>?sig=...&exp=...&kid=...&sid=...[&dl=...]`
 * @throws {@link SignedUrlError} `path` (also when the target passes 2048 bytes), `parameter` or `field`
 */
export function formatSignedUrl(base: string, fields: SignedFields & { sig: string }): string {
  if (!isSignature(fields.sig)) throw new SignedUrlError('field', 'sig is not 256 bits in base64url');
  checkExpiry(fields.exp);
  checkKid(fields.kid);
  checkSid(fields.sid);
  return joinUrl(base, canonicalPath(fields.path), fields, downloadLine(fields.dl));
}

/**
 * {@link formatSignedUrl} of fields that were checked before, apart from base and length.
 *
 * @param canonical canonical encoded path
 * @param download what {@link downloadLine} gave
 */
export function joinUrl(
  base: string,
  canonical: string,
  checked: Pick<SignedFields, 'exp' | 'kid' | 'sid'> & { sig: string },
  download: string,
): string {
  if (!BASE.test(base)) throw new SignedUrlError('field', 'base is not http(s)://host[:port][/prefix]');
  const { sig, exp, kid, sid } = checked;
  const query = `?sig=${sig}&exp=${exp}&kid=${kid}&sid=${sid}${download === '' ? '' : '&'}${download}`;
  if (canonical.length + query.length > MAX_TARGET_BYTES)
    throw new SignedUrlError('path', 'the URL is longer than 2048 bytes');
  return base + canonical + query;
}
