import { createPublicKey, type KeyObject } from 'node:crypto';
import type jwt from 'jsonwebtoken';
import type { SigningKey } from 'jwks-rsa';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { JwsHeader } from './compact-jws.ts';
import { askForJson, discover, failureOf, identityUnavailable, patience } from './issuer-document.ts';
import type { KeySource, VerificationKey } from './token-verifier.ts';

/** Keys are asked for again in the background after this, */
const RENEW_AFTER_MS = 4 * 60_000;
/** before anybody else is let in after this: how long a key that the issuer took back may go on, */
const FRESH_FOR_MS = 5 * 60_000;
/** and, while the issuer does not answer, are used no longer than this. */
const USABLE_FOR_MS = 60 * 60_000;

/** Tokens with keys nobody knows are free to make, so the issuer is asked for at most so many in a row, */
const QUESTIONS_AT_ONCE = 5;
/** and for one more every so often. */
const QUESTION_EVERY_MS = 10_000;

const MOST_KEYS = 64;
const SMALLEST_MODULUS = 2048;

const ALGORITHMS: Readonly<Record<string, readonly jwt.Algorithm[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

/** A key that may check signatures (RFC 7517 section 4). */
const signatureKey = z.looseObject({
  kty: z.enum(['RSA', 'EC']),
  kid: z.string().min(1).max(256),
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.string())
    .refine((uses) => uses.includes('verify'))
    .optional(),
  alg: z.string().optional(),
  // Whoever publishes a private key lets anybody sign.
  d: z.never().optional(),
});

const keySet = z.object({ keys: z.array(z.unknown()).max(MOST_KEYS) });

interface IssuerKey extends VerificationKey {
  kid: string;
  pem: string;
}

type ReadKeys = (keys: unknown[]) => Promise<SigningKey[]>;

/** The public keys of an OIDC issuer, by `kid`: found by discovery, remembered, and asked for again. */
export class IssuerKeys implements KeySource {
  readonly #issuer: string;
  readonly #read: ReadKeys;
  readonly #now: () => number;
  readonly #log: Logger;
  #keys: ReadonlyMap<string, IssuerKey> = new Map();
  #answeredAt = -Infinity;
  #answers = 0;
  #failedSince = false;
  #asking: Promise<void> | undefined;
  #questions = QUESTIONS_AT_ONCE;
  #questionsAt: number;

  private constructor(issuer: string, read: ReadKeys, { now, log }: { now: () => number; log: Logger }) {
    this.#issuer = issuer;
    this.#read = read;
    this.#now = now;
    this.#log = log;
    this.#questionsAt = now();
  }

  /**
   * Asks for the keys at once, but does not wait: a server may start before its issuer does.
   *
   * @param issuer as in `iss`
   * @param now milliseconds that never step
   */
  static async open(issuer: string, options: { now: () => number; log: Logger }): Promise<IssuerKeys> {
    // Of no use without an issuer, so not loaded without one.
    const { default: jwksRsa } = await import('jwks-rsa');
    // Its cache would forget keys in use when many unknown ones are asked for, so it only reads them.
    const read: ReadKeys = (keys) =>
      jwksRsa({ fetcher: () => Promise.resolve({ keys }), cache: false }).getSigningKeys();
    const keys = new IssuerKeys(issuer, read, options);
    void keys.#renew();
    return keys;
  }

  keyFor({ kid, alg }: JwsHeader): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    // Without a name any of the keys would do, and one that is taken back could not be told from the others.
    if (kid === undefined) return undefined;
    const known = this.#keys.get(kid);
    const key = known && this.isCurrent(known) ? known : this.#lookUp(kid);
    const fits = (found: VerificationKey | undefined): VerificationKey | undefined =>
      found?.algorithms.some((name) => name === alg) ? found : undefined;
    return key instanceof Promise ? key.then(fits) : fits(key);
  }

  isCurrent(key: VerificationKey): boolean {
    if (this.#keys.get((key as IssuerKey).kid) !== key) return false;
    const age = this.#now() - this.#answeredAt;
    if (age > RENEW_AFTER_MS && this.#mayAsk()) void this.#renew();
    // An issuer that was asked in vain is asked in the background, so that its outage makes nobody wait.
    return age < FRESH_FOR_MS || (age < USABLE_FOR_MS && this.#failedSince);
  }

  /** @throws identity-unavailable */
  async #lookUp(kid: string): Promise<VerificationKey | undefined> {
    const before = this.#answers;
    if (this.#asking || this.#mayAsk()) await this.#renew();
    const key = this.#keys.get(kid);
    if (key && this.isCurrent(key)) return key;
    // Only an answer that came since then says that there is no such key.
    if (this.#answers > before) return undefined;
    throw identityUnavailable(QUESTION_EVERY_MS / 1000);
  }

  #mayAsk(): boolean {
    if (this.#asking) return false;
    const now = this.#now();
    const more = Math.floor((now - this.#questionsAt) / QUESTION_EVERY_MS);
    if (more > 0) {
      this.#questions = Math.min(QUESTIONS_AT_ONCE, this.#questions + more);
      this.#questionsAt += more * QUESTION_EVERY_MS;
    }
    return this.#questions > 0;
  }

  /** Asks once, however many wait for it. Never rejects: what is known, and since when, says how it went. */
  #renew(): Promise<void> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  async #ask(): Promise<void> {
    this.#questions -= 1;
    try {
      const signal = patience();
      const { jwks_uri } = await discover(this.#issuer, signal);
      const published = keySet.parse((await askForJson(jwks_uri, { signal })).body).keys;
      const possible = published.filter((key) => signatureKey.safeParse(key).success);
      const read = possible.length > 0 ? await this.#read(possible) : [];
      const found = read.flatMap(({ kid, alg, getPublicKey }) => usableKey(kid, alg, getPublicKey()));
      // The same key stays the same object, so that what it has signed is still current.
      const kept = found.map((key) => {
        const before = this.#keys.get(key.kid);
        return before && isSameKey(before, key) ? before : key;
      });
      this.#keys = new Map(kept.map((key) => [key.kid, key]));
      this.#answeredAt = this.#now();
      this.#answers += 1;
      this.#failedSince = false;
    } catch (error) {
      this.#failedSince = true;
      this.#log.warn(
        { issuer: this.#issuer, failure: failureOf(error) },
        'the keys of OIDC_ISSUER cannot be read',
      );
    }
  }
}

function isSameKey(one: IssuerKey, other: IssuerKey): boolean {
  return one.pem === other.pem && one.algorithms.join() === other.algorithms.join();
}

/** @param alg the only algorithm it is for, when the issuer says so */
function usableKey(kid: string, alg: string | undefined, pem: string): IssuerKey[] {
  const key = createPublicKey(pem);
  const possible = algorithmsOf(key);
  const algorithms = alg === undefined ? possible : possible.filter((name) => name === alg);
  return algorithms.length > 0 ? [{ kid, pem, key, algorithms }] : [];
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly jwt.Algorithm[] {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'rsa' && modulusLength < SMALLEST_MODULUS) return [];
  return ALGORITHMS[asymmetricKeyType === 'ec' ? namedCurve : (asymmetricKeyType ?? '')] ?? [];
}
