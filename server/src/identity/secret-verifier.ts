import { createSecretKey } from 'node:crypto';
import type { ClaimPlaces } from './claims.ts';
import type { RoleTable } from './roles.ts';
import { TokenVerifier } from './token-verifier.ts';
import { OWN_ISSUER } from './tokens.ts';

/**
 * Verifies tokens that are signed with a secret (HS256), whose issuer and audience are `countersign`. They may leave
 * out `typ`: whoever has the secret writes no other tokens with it.
 *
 * @param secret at least 32 characters
 * @param now wall time, milliseconds
 */
export function secretVerifier(
  secret: string,
  reading: { places: ClaimPlaces; roles: RoleTable },
  now: () => number,
): TokenVerifier {
  const only = { key: createSecretKey(secret, 'utf8'), algorithms: ['HS256'] as const };
  return new TokenVerifier({
    // A key id is a name for one of several keys. Here is one, whatever it is called.
    keys: { keyFor: () => only, isCurrent: () => true },
    issuer: OWN_ISSUER,
    audience: OWN_ISSUER,
    types: [undefined, 'jwt', 'at+jwt'],
    isAccessToken: () => true,
    ...reading,
    now,
  });
}
