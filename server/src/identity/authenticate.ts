import type { RequestHandler, Response } from 'express';
import { anonymousPrincipal, type Principal } from './principal.ts';
import { invalidToken, signInRequired, type TokenVerifier } from './tokens.ts';

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;
const LONGEST_TOKEN = 8192;

/**
 * Finds out who calls, for `principalOf`. No token: the anonymous principal of `anonymousTenant`. A token that is
 * not valid is a 401 even where anonymous calls are allowed, so that an expired session is noticed.
 */
export function authenticate(verifier: TokenVerifier, anonymousTenant: string): RequestHandler {
  const anonymous = anonymousPrincipal(anonymousTenant);
  return (request, response, next) => {
    const header = request.headers.authorization;
    if (header === undefined) {
      response.locals['principal'] = anonymous;
    } else {
      const token = header.length <= LONGEST_TOKEN ? BEARER.exec(header)?.[1] : undefined;
      if (!token) throw invalidToken();
      response.locals['principal'] = verifier.verify(token);
    }
    next();
  };
}

/** @throws when `authenticate` did not run: a mistake in wiring, not of the caller */
export function principalOf(response: Response): Principal {
  const principal = response.locals['principal'] as Principal | undefined;
  if (!principal) throw new Error('authenticate() is missing before this route');
  return principal;
}

/** Refuses anonymous calls. */
export const signedInOnly: RequestHandler = (_request, response, next) => {
  if (principalOf(response).anonymous) throw signInRequired();
  next();
};
