import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { ClaimPlaces } from './claims.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { issuerVerifier } from './issuer-verifier.ts';
import type { RoleTable } from './roles.ts';
import { secretVerifier } from './secret-verifier.ts';
import type { CookieSettings } from './session-cookies.ts';
import { SessionRefresh } from './session-refresh.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { OWN_ISSUER } from './tokens.ts';

const ROLES = ['realm_access.roles', 'resource_access.{audience}.roles', 'roles'];
const NAMES = ['name', 'preferred_username'];
const OWN_TENANT = 'tenant';

/** How callers are recognised. */
export interface Identity {
  verifier: TokenVerifier;
  /** Undefined: an ended session stays ended. */
  refresh: SessionRefresh | undefined;
  cookies: CookieSettings;
  /** Of calls without a token. */
  anonymousTenant: string;
  /** Origins whose pages may send cookies, besides the own one. */
  origins: ReadonlySet<string>;
}

/** What of a configuration matters here; `identityMistake` has nothing to say about it. */
export interface IdentityConfig extends IdentitySettings {
  tenant: string;
  corsOrigins: readonly string[];
  cookieSameSite: CookieSettings['sameSite'];
  cookieDomain?: string | undefined;
}

/** Gets ready to recognise callers by the secret or by the issuer that is configured. */
export async function openIdentity(
  config: IdentityConfig,
  { clock, log, roles }: { clock: Clock; log: Logger; roles: RoleTable },
): Promise<Identity> {
  const { jwtSecret, oidcIssuer: issuer, oidcClientId: id, oidcClientSecret: secret } = config;
  const now = (): number => clock.now();
  const byIssuer = (named: string): Promise<TokenVerifier> => {
    const audience = config.oidcAudience ?? '';
    const places = placesOf(config, audience);
    return issuerVerifier({ issuer: named, audience, places, roles }, { clock, log });
  };
  const bySecret = (): TokenVerifier =>
    // Never empty: one of the two is set.
    secretVerifier(jwtSecret ?? '', { places: placesOf(config, OWN_ISSUER, OWN_TENANT), roles }, now);
  return {
    verifier: issuer === undefined ? bySecret() : await byIssuer(issuer),
    refresh: issuer && id && secret ? new SessionRefresh({ issuer, id, secret }, log) : undefined,
    cookies: { domain: config.cookieDomain, sameSite: config.cookieSameSite },
    anonymousTenant: config.tenant,
    origins: new Set(config.corsOrigins),
  };
}

function placesOf(config: IdentityConfig, audience: string, usualTenant?: string): ClaimPlaces {
  const tenant = config.tenantClaim ?? usualTenant;
  const roles = config.rolesClaim?.length ? config.rolesClaim : ROLES;
  return {
    tenant: tenant === undefined ? { everybody: config.tenant } : { place: tenant },
    // A dot in the name of the audience divides nothing.
    roles: roles.map((place) => place.replaceAll('{audience}', audience.replaceAll('.', '\\.'))),
    names: config.nameClaim?.length ? config.nameClaim : NAMES,
  };
}
