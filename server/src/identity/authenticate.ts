import type { Request, RequestHandler, Response } from 'express';
import jwt from 'jsonwebtoken';
import { addressKey, addressOf } from './client-address.ts';
import { LONGEST_TOKEN } from './compact-jws.ts';
import { refuseCrossSite } from './cross-site.ts';
import type { Identity } from './identity.ts';
import { anonymousPrincipal, type Principal } from './principal.ts';
import { readSessionCookies, setSessionCookies, type SessionCookies } from './session-cookies.ts';
import { invalidToken, tokenExpired } from './tokens.ts';

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Recognises credentials that are no tokens of people.
 *
 * @param path of the call, below the prefix of the API
 * @returns undefined when it is none; rejects with a 401 when it opens nothing, or not this call
 */
export type OtherCredentials = (token: string, path: string) => Promise<Principal> | undefined;

/**
 * Finds out who calls, for `principalOf`: by the bearer token, else by the cookies of a session. Neither: the anonymous
 * principal. A token that is not valid is a 401 even where anonymous calls are allowed, so that an expired session is
 * noticed.
 */
export function authenticate(identity: Identity, others?: OtherCredentials): RequestHandler {
  const anonymous = anonymousPrincipal(identity.anonymousTenant);
  return (request, response, next) => {
    const { authorization, cookie } = request.headers;
    let found: Principal | Promise<Principal> = anonymous;
    if (authorization !== undefined) {
      const token = authorization.length <= LONGEST_TOKEN ? BEARER.exec(authorization)?.[1] : undefined;
      if (!token) throw invalidToken();
      found = others?.(token, request.path) ?? identity.verifier.verify(token);
    } else if (cookie !== undefined) {
      const cookies = readSessionCookies(cookie);
      // Without a client at the issuer a refresh token is somebody else's business.
      const isSession = cookies?.access !== undefined || identity.refresh !== undefined;
      if (cookies && isSession) found = bySession(identity, cookies, request, response);
    }
    if (!(found instanceof Promise)) {
      response.locals['principal'] = found;
      next();
      return;
    }
    found.then((principal) => {
      response.locals['principal'] = principal;
      next();
    }, next);
  };
}

/** @throws Problem cross-site-request, and what `verify` and `exchange` throw */
async function bySession(
  { verifier, refresh, cookies: settings, origins }: Identity,
  { access, refresh: refreshToken }: SessionCookies,
  request: Request,
  response: Response,
): Promise<Principal> {
  refuseCrossSite(request, origins);
  try {
    // Somebody who has only a refresh token had a session, and its access token has gone with its lifetime.
    if (access === undefined) throw tokenExpired();
    return await verifier.verify(access);
  } catch (error) {
    const ended = (error as { code?: unknown }).code === 'token-expired';
    if (!ended || !refresh || refreshToken === undefined) throw error;
    const tokens = await refresh.exchange(refreshToken, addressKey(addressOf(request)));
    const principal = await verifier.verify(tokens.access);
    // Two cookies of two people are not one session.
    if (access !== undefined && jwt.decode(access)?.sub !== principal.id) throw invalidToken();
    setSessionCookies(response, tokens, settings);
    return principal;
  }
}

/**
 * For an answer that goes on for long.
 *
 * @returns whether the token or session that a request came with would still be taken; false also when nobody can say
 */
export async function stillSignedIn(
  { verifier }: Pick<Identity, 'verifier'>,
  { headers: { authorization, cookie } }: Pick<Request, 'headers'>,
): Promise<boolean> {
  const token =
    authorization === undefined ? readSessionCookies(cookie ?? '')?.access : BEARER.exec(authorization)?.[1];
  if (token === undefined) return false;
  try {
    await verifier.verify(token);
    return true;
  } catch {
    return false;
  }
}

/** @throws when `authenticate` did not run: a mistake in wiring, not of the caller */
export function principalOf(response: Response): Principal {
  const principal = response.locals['principal'] as Principal | undefined;
  if (!principal) throw new Error('authenticate() is missing before this route');
  return principal;
}
