import { hash, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Problem } from '../platform/problem.ts';
import { readPrincipal, type ClaimPlaces } from './claims.ts';
import { readClaims, readCompactJws, type JwsHeader } from './compact-jws.ts';
import type { Principal } from './principal.ts';
import type { RoleTable } from './roles.ts';
import { invalidToken, tokenExpired } from './tokens.ts';

const CLOCK_TOLERANCE_SECONDS = 30;
const CACHED_TOKENS = 10_000;

/** A key, and the algorithms it may be used with: a public key never checks an HMAC, a secret nothing else. */
export interface VerificationKey {
  key: KeyObject;
  algorithms: readonly jwt.Algorithm[];
}

/** Where keys come from. */
export interface KeySource {
  /**
   * @returns the key that a token of this header must be signed with; undefined: there is none
   * @throws Problem identity-unavailable when that cannot be known now
   */
  keyFor(header: JwsHeader): VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /** Whether what this key has signed still counts. Asked at every request, so it must answer at once. */
  isCurrent(key: VerificationKey): boolean;
}

/** What a verifier asks of tokens. */
export interface TokenRules {
  keys: KeySource;
  /** `iss`, exactly. */
  issuer: string;
  /** Must be, or be among, `aud`. */
  audience: string;
  /** Names of `typ` in lower case; undefined among them: it may be absent. */
  types: readonly (string | undefined)[];
  /** Whether the claims are those of an access token, and not of another token of the same issuer. */
  isAccessToken(claims: Readonly<Record<string, unknown>>, type: string | undefined): boolean;
  places: ClaimPlaces;
  /** What the roles of a token may do. */
  roles: RoleTable;
  /** Wall time, milliseconds. */
  now: () => number;
}

interface Verified {
  principal: Principal;
  key: VerificationKey;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Verifies bearer tokens (RFC 7519, RFC 8725); a verified one is remembered by its hash until it expires. */
export class TokenVerifier {
  readonly #rules: TokenRules;
  readonly #verified = new LRUCache<string, Verified>({ max: CACHED_TOKENS });

  constructor(rules: TokenRules) {
    this.#rules = rules;
  }

  /**
   * @param token the compact JWT
   * @returns who calls; a promise only when a key must be asked for
   * @throws Problem invalid-token, token-expired; the promise also identity-unavailable
   */
  verify(token: string): Principal | Promise<Principal> {
    const digest = hash('sha256', token, 'base64');
    const known = this.#verified.get(digest);
    if (known) {
      if (this.#rules.now() >= known.expiresAt) throw tokenExpired();
      if (this.#rules.keys.isCurrent(known.key)) return known.principal;
    }
    const jws = readCompactJws(token);
    const type = jws?.header.typ?.toLowerCase().replace(/^application\//, '');
    if (!jws || !this.#rules.types.includes(type)) throw invalidToken();
    const keep = (key: VerificationKey | undefined): Principal => {
      if (!key) throw invalidToken();
      const verified = this.#checked(token, jws.payload, type, key);
      this.#verified.set(digest, verified);
      return verified.principal;
    };
    const key = this.#rules.keys.keyFor(jws.header);
    return key instanceof Promise ? key.then(keep) : keep(key);
  }

  #checked(token: string, payload: Buffer, type: string | undefined, key: VerificationKey): Verified {
    const { issuer, audience, isAccessToken, places, now } = this.#rules;
    try {
      jwt.verify(token, key.key, {
        algorithms: [...key.algorithms],
        issuer,
        audience,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        clockTimestamp: Math.floor(now() / 1000),
      });
      const claims = readClaims(payload);
      const exp = claims?.['exp'];
      // 1e999 is a number for JSON, and no end.
      if (!claims || !Number.isFinite(exp) || !isAccessToken(claims, type)) throw invalidToken();
      const { roles, ...rest } = readPrincipal(claims, places);
      return {
        principal: { ...rest, anonymous: false, roles, permissions: this.#rules.roles.permissionsOf(roles) },
        key,
        expiresAt: ((exp as number) + CLOCK_TOLERANCE_SECONDS) * 1000,
      };
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) throw tokenExpired();
      throw error instanceof Problem ? error : invalidToken();
    }
  }
}
