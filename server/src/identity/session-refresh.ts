import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import {
  askForJson,
  discover,
  failureOf,
  identityUnavailable,
  patience,
  type IssuerDocument,
} from './issuer-document.ts';
import type { SessionTokens } from './session-cookies.ts';
import { tokenExpired } from './tokens.ts';

/** What can be a cookie and a token (RFC 6265 section 4.1.1, RFC 6749 appendix A.17). */
const REFRESH_TOKEN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,4096}$/;

/** Requests of one page come together, and with the old cookie: they get what the first of them got. */
const REMEMBERED_MS = 30_000;
const REMEMBERED = 5000;
/** Where the token endpoint is hardly ever changes. */
const DOCUMENT_KEPT_MS = 5 * 60_000;
const MOST_AT_ONCE = 50;
/** Refused tokens of one address in a minute; after that the issuer, who may count too, is not asked for it. */
const MOST_REFUSED = 60;
const REFUSED_MS = 60_000;
const ADDRESSES = 10_000;
const QUIET_MS = 10_000;
const RETRY_SECONDS = 5;

const cookieToken = z.string().regex(REFRESH_TOKEN);
const seconds = z.number().int().positive().optional();

/** RFC 6749 section 5.1; Keycloak also says how long the refresh token lives. */
const granted = z
  .object({
    access_token: cookieToken,
    token_type: z.string().regex(/^bearer$/i),
    expires_in: seconds,
    refresh_token: cookieToken.optional(),
    refresh_expires_in: seconds.catch(undefined),
  })
  .transform((answer): SessionTokens => ({
    access: answer.access_token,
    accessSeconds: answer.expires_in,
    refresh: answer.refresh_token,
    refreshSeconds: answer.refresh_expires_in,
  }));

const refused = z.object({ error: z.string().max(100) });

/** The client at the issuer for which the cookies were made. */
export interface RefreshClient {
  issuer: string;
  id: string;
  secret: string;
}

/** Exchanges refresh tokens at the issuer (RFC 6749 section 6), each once, however many requests come with it. */
export class SessionRefresh {
  readonly #client: RefreshClient;
  readonly #log: Logger;
  readonly #exchanges = new LRUCache<string, Promise<SessionTokens>>({ max: REMEMBERED, ttl: REMEMBERED_MS });
  readonly #refused = new LRUCache<string, number>({ max: ADDRESSES, ttl: REFUSED_MS });
  #document: { found: IssuerDocument; at: number } | undefined;
  #underWay = 0;
  #loggedAt = -Infinity;

  constructor(client: RefreshClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /**
   * @param refreshToken as the cookie has it
   * @param address whose cookie it is, as limits count it
   * @returns new tokens, not verified
   * @throws Problem token-expired when the issuer refuses it, or has refused too many of this address; identity-unavailable when it does not answer
   */
  exchange(refreshToken: string, address: string): Promise<SessionTokens> {
    if (!REFRESH_TOKEN.test(refreshToken)) return Promise.reject(tokenExpired());
    const digest = hash('sha256', refreshToken, 'base64');
    const known = this.#exchanges.get(digest);
    if (known) return known;
    const refused = this.#refused.get(address) ?? 0;
    if (refused >= MOST_REFUSED) return Promise.reject(tokenExpired());
    if (this.#underWay >= MOST_AT_ONCE) return Promise.reject(identityUnavailable(RETRY_SECONDS));
    this.#underWay += 1;
    const exchange = this.#ask(refreshToken).finally(() => (this.#underWay -= 1));
    this.#exchanges.set(digest, exchange);
    // An issuer that was away is asked again; one that has refused would say the same.
    exchange.catch((error: { status?: number }) => {
      if (error.status !== 401) this.#exchanges.delete(digest);
      // A window that goes on for as long as somebody tries would never let go of a shared address.
      else this.#refused.set(address, (this.#refused.get(address) ?? 0) + 1, { noUpdateTTL: true });
    });
    return exchange;
  }

  async #ask(refreshToken: string): Promise<SessionTokens> {
    const answer = await this.#post(refreshToken).catch((error: unknown) => {
      if (this.#isNews()) {
        this.#log.warn({ failure: failureOf(error) }, 'OIDC_ISSUER cannot be asked to refresh a session');
      }
      throw identityUnavailable(RETRY_SECONDS);
    });
    const tokens = granted.safeParse(answer.body);
    if (answer.status < 400 && tokens.success) return tokens.data;
    const { error } = refused.safeParse(answer.body).data ?? { error: 'an answer that is none' };
    if (error === 'invalid_grant') throw tokenExpired();
    if (this.#isNews()) {
      this.#log.error(
        { status: answer.status, error },
        'OIDC_ISSUER refuses to refresh sessions: check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET',
      );
    }
    throw identityUnavailable(RETRY_SECONDS);
  }

  /** Anybody can send cookies: they must not decide the size of the log. */
  #isNews(): boolean {
    const now = performance.now();
    const isNews = now - this.#loggedAt >= QUIET_MS;
    if (isNews) this.#loggedAt = now;
    return isNews;
  }

  async #discovered(signal: AbortSignal): Promise<IssuerDocument> {
    const known = this.#document;
    if (known && performance.now() - known.at < DOCUMENT_KEPT_MS) return known.found;
    const found = await discover(this.#client.issuer, signal);
    this.#document = { found, at: performance.now() };
    return found;
  }

  async #post(refreshToken: string): Promise<{ status: number; body: unknown }> {
    const { id, secret } = this.#client;
    const signal = patience();
    const document = await this.#discovered(signal);
    if (document.token_endpoint === undefined) throw new Error('it has no token endpoint');
    const basic = document.token_endpoint_auth_methods_supported.includes('client_secret_basic');
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    if (!basic) {
      form.set('client_id', id);
      form.set('client_secret', secret);
    }
    return askForJson(document.token_endpoint, {
      method: 'POST',
      signal,
      body: form,
      headers: basic ? { authorization: `Basic ${credentials(id, secret)}` } : {},
    });
  }
}

/** Form-encoded before they are joined: RFC 6749 section 2.3.1. */
function credentials(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64');
}
