import { timingSafeEqual } from 'node:crypto';
import { deriveSid, pathKey, type ParsedUrl } from '@countersign/signed-url';
import { ANONYMOUS } from '../identity/principal.ts';
import type { OwnerKey } from '../keys/key-ring.ts';

/**
 * Whether a URL was signed for somebody who was not signed in. Its `sid` is derived from the principal, so it says so
 * to whoever has the key, and needs no parameter of its own.
 *
 * @param url one whose signature held under this key
 * @param rotation of its path
 */
export function isAnonymousUrl(
  { path, exp, dl, sid }: ParsedUrl,
  { key }: OwnerKey,
  rotation: number,
): boolean {
  const anonymous = deriveSid(pathKey(key, path, rotation), {
    principal: ANONYMOUS,
    path,
    exp,
    ...(dl === undefined ? {} : { dl }),
  });
  // Both are 22 characters of ASCII: the URL was parsed.
  return timingSafeEqual(Buffer.from(anonymous, 'latin1'), Buffer.from(sid, 'latin1'));
}
