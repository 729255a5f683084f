import jwt from 'jsonwebtoken';
import { Problem } from '../platform/problem.ts';

/** Issuer and audience of the tokens that `JWT_SECRET` signs. */
export const OWN_ISSUER = 'countersign';

const LIFETIME_SECONDS = 8 * 3600;

/** Somebody a token can be issued for. */
export interface TokenSubject {
  id: string;
  name: string;
  tenantId: string;
  roles: readonly string[];
}

/** 401 `invalid-token`. Says nothing about the token itself. */
export const invalidToken = (detail = 'Sign in again.'): Problem =>
  new Problem(401, 'invalid-token', 'The token is not valid', detail, {
    'WWW-Authenticate': 'Bearer error="invalid_token"',
  });

/** 401 `token-expired`. Told only of tokens whose signature is good. */
export const tokenExpired = (): Problem =>
  new Problem(401, 'token-expired', 'The session has ended', 'Sign in again.', {
    'WWW-Authenticate': 'Bearer error="invalid_token", error_description="expired"',
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
    issuer: OWN_ISSUER,
    audience: OWN_ISSUER,
    expiresIn: LIFETIME_SECONDS,
  });
}
