import type { CookieOptions, Response } from 'express';
import { invalidToken } from './tokens.ts';

const ACCESS = 'access_token';
const REFRESH = 'refresh_token';

/** The two cookies of a session (specification 002), as far as they were sent. */
export interface SessionCookies {
  access: string | undefined;
  refresh: string | undefined;
}

/** What is the same of both cookies. */
export interface CookieSettings {
  /** Default: the host that was called, and no other. */
  domain?: string | undefined;
  sameSite: 'lax' | 'strict' | 'none';
}

/** Tokens for a browser; lifetimes in seconds, undefined ends with the browser. */
export interface SessionTokens {
  access: string;
  accessSeconds: number | undefined;
  refresh: string | undefined;
  refreshSeconds: number | undefined;
}

/**
 * @param header the value of `Cookie`
 * @returns undefined when there is no cookie of a session
 * @throws Problem invalid-token when there are two of a name: a neighbour host can set one for all, and which of them
 *   is the person's own cannot be told
 */
export function readSessionCookies(header: string): SessionCookies | undefined {
  const access = only(header, ACCESS);
  const refresh = only(header, REFRESH);
  return access === undefined && refresh === undefined ? undefined : { access, refresh };
}

function only(header: string, name: string): string | undefined {
  if (!header.includes(name)) return undefined;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (new Set(values).size > 1) {
    throw invalidToken(`There are two cookies ${name}: set them with one domain and path. Sign in again.`);
  }
  // An emptied cookie is one that somebody meant to remove.
  return values[0] || undefined;
}

/** Hands a browser the tokens that its next requests are to come with. */
export function setSessionCookies(response: Response, tokens: SessionTokens, settings: CookieSettings): void {
  const options = (seconds: number | undefined): CookieOptions => ({
    httpOnly: true,
    secure: true,
    path: '/',
    sameSite: settings.sameSite,
    // As it is: what has to be encoded is no token.
    encode: (value: string) => value,
    ...(settings.domain === undefined ? {} : { domain: settings.domain }),
    ...(seconds === undefined ? {} : { maxAge: seconds * 1000 }),
  });
  response.cookie(ACCESS, tokens.access, options(tokens.accessSeconds));
  if (tokens.refresh !== undefined) response.cookie(REFRESH, tokens.refresh, options(tokens.refreshSeconds));
}
