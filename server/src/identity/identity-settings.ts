import { isTrustedAddress } from './issuer-document.ts';

/** What a cookie's `Domain` may be; a leading dot is from another time (RFC 6265 section 5.2.3). */
export const COOKIE_DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The settings of CountersignConfig that say how callers are recognised. */
export interface IdentitySettings {
  /** At least 32 characters: verifies tokens (HS256). Either this or `oidcIssuer`. */
  jwtSecret?: string | undefined;
  /** OIDC issuer whose access tokens are taken, exactly as in the claim `iss`. Either this or `jwtSecret`. */
  oidcIssuer?: string | undefined;
  /** What the claim `aud` must be or hold. Required beside `oidcIssuer`. */
  oidcAudience?: string | undefined;
  /** Client at the issuer by which the cookie `refresh_token` is exchanged. Default: it is ignored. */
  oidcClientId?: string | undefined;
  oidcClientSecret?: string | undefined;
  /** Claim that names the tenant. Default `tenant` beside `jwtSecret`; beside `oidcIssuer` all belong to `tenant`. */
  tenantClaim?: string | undefined;
  /** Claims that list roles. Default `realm_access.roles`, `resource_access.{audience}.roles`, `roles`. */
  rolesClaim?: readonly string[] | undefined;
  /** Claims that may hold the name that is shown. Default `name`, `preferred_username`. */
  nameClaim?: readonly string[] | undefined;
}

type Name = keyof IdentitySettings;

/**
 * What is wrong with settings that are right one by one.
 *
 * @param called how whoever configures it calls a setting, e.g. `OIDC_ISSUER`
 * @returns a sentence that names the setting to change; undefined: nothing
 */
export function identityMistake(
  settings: IdentitySettings,
  called: (name: Name) => string,
): string | undefined {
  const { jwtSecret, oidcIssuer, oidcAudience, oidcClientId, oidcClientSecret } = settings;
  const issuer = called('oidcIssuer');
  if (oidcIssuer === undefined) {
    const stray = (['oidcAudience', 'oidcClientId', 'oidcClientSecret'] as const).find(
      (name) => settings[name] !== undefined,
    );
    return stray && `${called(stray)} is of no use without ${issuer}: set both or neither.`;
  }
  if (jwtSecret !== undefined) {
    return `${called('jwtSecret')} and ${issuer} are both set: take one of them, so that one party alone says who somebody is.`;
  }
  if (!isTrustedAddress(oidcIssuer) || oidcIssuer.includes('?')) {
    return `${issuer} must be an https address without query (http only for this machine itself), as in the claim iss.`;
  }
  if (oidcAudience === undefined) {
    return `${called('oidcAudience')} must be set when ${issuer} is: else tokens for other services would open this one.`;
  }
  if ((oidcClientId === undefined) !== (oidcClientSecret === undefined)) {
    const [missing, given] =
      oidcClientId === undefined
        ? (['oidcClientId', 'oidcClientSecret'] as const)
        : (['oidcClientSecret', 'oidcClientId'] as const);
    return `${called(missing)} must be set when ${called(given)} is: refreshing sessions needs both.`;
  }
  return undefined;
}
