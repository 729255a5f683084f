import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { ClaimPlaces } from './claims.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { RoleTable } from './roles.ts';
import { TokenVerifier } from './token-verifier.ts';

/** Claims of an ID token (OpenID Connect Core 1.0, sections 2 and 3.3.2.11), which says who somebody is, not what one may call. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];

/** Whose access tokens are taken. */
export interface Issuer {
  /** As in `iss`, e.g. `https://keycloak.example.com/realms/acme`. */
  issuer: string;
  /** What `aud` must hold. */
  audience: string;
  places: ClaimPlaces;
  roles: RoleTable;
}

/** Verifies the access tokens of an OIDC issuer, which are JWTs: of the type `at+jwt` (RFC 9068) or `JWT`. */
export async function issuerVerifier(
  { issuer, audience, places, roles }: Issuer,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<TokenVerifier> {
  return new TokenVerifier({
    keys: await IssuerKeys.open(issuer, { now: () => clock.monotonic(), log }),
    issuer,
    audience,
    types: ['at+jwt', 'jwt'],
    isAccessToken: (claims, type) => {
      // Keycloak says in a claim what a token is for: Bearer, ID, Refresh, Logout.
      if (claims['typ'] !== undefined) return claims['typ'] === 'Bearer';
      return type === 'at+jwt' || ID_TOKEN_CLAIMS.every((name) => !Object.hasOwn(claims, name));
    },
    places,
    roles,
    now: () => clock.now(),
  });
}
