import { pathKey, signUrl, type SignedUrl, type SignRequest } from '@countersign/signed-url';
import type { OwnerKey } from '../keys/key-ring.ts';
import { Problem } from '../platform/problem.ts';

/** 409 `signatures-revoked`. */
const signaturesRevoked = (): Problem =>
  new Problem(
    409,
    'signatures-revoked',
    'Too many of your URLs for this path were revoked',
    'Each of them was revoked one by one. Ask again when the next window begins: after a quarter of the lifetime.',
  );

/** Seconds. Of the shortest lifetime, a minute, more than half is left. */
const MOST_EARLIER = 15;

/**
 * Signs what is not revoked. The same request in the same window gives the same URL; when that one was revoked by itself,
 * the URL ends a second earlier, and so has another signature id: on every server that knows of the revocation the same.
 *
 * @param rotation of the path
 * @param request `exp` is the end of the window
 * @returns the URL with its expiry, Unix seconds
 * @throws signaturesRevoked
 */
export function signLive(
  owned: OwnerKey,
  rotation: number,
  request: SignRequest,
): SignedUrl & { exp: number } {
  const key = pathKey(owned.key, request.path, rotation);
  for (let { exp } = request; exp >= request.exp - MOST_EARLIER; exp -= 1) {
    const { url, sid, sig } = signUrl(key, exp === request.exp ? request : { ...request, exp });
    if (owned.revoked.size === 0 || !owned.revoked.has(`sig_${sid}`)) return { url, sid, sig, exp };
  }
  throw signaturesRevoked();
}
