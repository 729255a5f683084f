import { hash } from 'node:crypto';
import { canonicalPath } from '@countersign/signed-url';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { Principal } from './principal.ts';
import { RoleTable } from './roles.ts';

const ISSUER = 'countersign';
const LIFETIME_SECONDS = 8 * 3600;
const CLOCK_TOLERANCE_SECONDS = 30;
const CACHED_TOKENS = 10_000;

/** What keys are derived from and paths are made of: 1 to 255 bytes that are one segment of a canonical path. */
const name = z
  .string()
  .min(1)
  .refine((value) => !value.includes('/') && isCanonicalKey(value));

const claims = z.object({
  // Else somebody could share the signature ids of those who are nobody.
  sub: name.refine((value) => value !== 'anonymous'),
  tenant: name,
  name: z.string().max(200).optional(),
  roles: z.array(z.string().max(64)).max(64).default([]),
  exp: z.number(),
});

function isCanonicalKey(key: string): boolean {
  try {
    canonicalPath(key);
    return true;
  } catch {
    return false;
  }
}

/** Somebody a token can be issued for. */
export interface TokenSubject {
  id: string;
  name: string;
  tenantId: string;
  roles: readonly string[];
}

/** 401 `invalid-token`. Says nothing about the token itself. */
export const invalidToken = (): Problem =>
  new Problem(401, 'invalid-token', 'The bearer token is not valid', 'Sign in again.', {
    'WWW-Authenticate': 'Bearer error="invalid_token"',
  });

/** 401 `sign-in-required`. */
export const signInRequired = (): Problem =>
  new Problem(401, 'sign-in-required', 'Sign in first', 'Send Authorization: Bearer <token>.', {
    'WWW-Authenticate': 'Bearer',
  });

/** @returns an HS256 token for 8 hours (RFC 7519) */
export function issueToken(subject: TokenSubject, secret: string): string {
  const { id, name, tenantId, roles } = subject;
  return jwt.sign({ name, tenant: tenantId, roles }, secret, {
    algorithm: 'HS256',
    subject: id,
    issuer: ISSUER,
    audience: ISSUER,
    expiresIn: LIFETIME_SECONDS,
  });
}

/** Verifies bearer tokens; a verified one is remembered by its hash until it expires. */
export class TokenVerifier {
  readonly #secret: string;
  readonly #now: () => number;
  readonly #roles: RoleTable;
  readonly #verified = new LRUCache<string, { principal: Principal; expiresAt: number }>({
    max: CACHED_TOKENS,
  });

  /**
   * @param now wall time, milliseconds
   * @param roles what the roles of a token may do
   */
  constructor(secret: string, now: () => number, roles = new RoleTable()) {
    this.#secret = secret;
    this.#now = now;
    this.#roles = roles;
  }

  /**
   * @param token the compact JWT
   * @throws invalidToken
   */
  verify(token: string): Principal {
    const digest = hash('sha256', token, 'base64');
    const known = this.#verified.get(digest);
    if (known) {
      if (this.#now() < known.expiresAt) return known.principal;
      this.#verified.delete(digest);
      throw invalidToken();
    }
    const { sub, tenant, name, roles, exp } = this.#claimsOf(token);
    const principal: Principal = {
      tenantId: tenant,
      id: sub,
      name: name ?? sub,
      anonymous: false,
      permissions: this.#roles.permissionsOf(roles),
    };
    this.#verified.set(digest, { principal, expiresAt: (exp + CLOCK_TOLERANCE_SECONDS) * 1000 });
    return principal;
  }

  #claimsOf(token: string): z.output<typeof claims> {
    try {
      return claims.parse(
        jwt.verify(token, this.#secret, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: ISSUER,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          clockTimestamp: Math.floor(this.#now() / 1000),
        }),
      );
    } catch {
      throw invalidToken();
    }
  }
}
