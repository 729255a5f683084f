import { createPrivateKey, createPublicKey, createSecretKey, type JsonWebKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { corpus } from '../../../projects/signed-url/testing/corpora.ts';
import { TestServer } from '../testing/test-server.ts';
import { readCompactJws } from './compact-jws.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { AUDIENCE, TestIssuer, type TestKey } from './testing/test-issuer.ts';
import type { VerificationKey } from './token-verifier.ts';

type Key = JsonWebKey & { kid: string; alg?: string };

interface Group {
  comment: string;
  private: Key;
  public?: Key;
  tests: { tcId: number; comment: string; jws: unknown; result: 'valid' | 'invalid' }[];
}

/** Bearer tokens are of these letters (RFC 6750 section 2.1); others never get as far as a header of HTTP. */
const SENDABLE = /^[\x20-\x7e]*$/;

const vectors = (): Group[] =>
  (corpus('wycheproof/json_web_signature_test.json') as { testGroups: Group[] }).testGroups;

const textOf = (jws: unknown): string => (typeof jws === 'string' ? jws : JSON.stringify(jws));

/**
 * Valid ones that are refused here all the same: with an empty payload, which holds no claims (259, 264, 268, 272, 320,
 * 325); under PS384 with a key for PS256, and under ES512 with one for "ES521" (346, 350, 347, 351); with characters
 * that are not base64url (372, 373).
 */
const STRICTER = [259, 264, 268, 272, 320, 325, 346, 347, 350, 351, 372, 373];

/** Invalid ones that are, letter for letter, the valid 357. */
const MISTAKEN = [367, 370];

describe('the JSON Web Signature vectors of Wycheproof', () => {
  it('open nothing over HTTP: what is not validly signed, and what is but holds no claims', async () => {
    const issuer = await TestIssuer.start();
    try {
      let refused = 0;
      let letIn = 0;
      for (const group of vectors()) {
        const published = group.public ?? group.private;
        issuer.keys = [published];
        const server = await TestServer.start({
          jwtSecret: undefined,
          oidcIssuer: issuer.url,
          oidcAudience: AUDIENCE,
          tenant: 'default',
          rateLimits: { 'failed-sign-in': 'off' },
        });
        const ask = async (token: string): Promise<number> => {
          const headers = { authorization: `Bearer ${token}` };
          return (await server.call('GET', '/api/resources', { headers })).status;
        };
        try {
          const own = signable(group);
          if (own) {
            // So that a refusal below is one of the token, and not of the key.
            expect(await ask(issuer.token(own, {}, { alg: published.alg! }))).toBe(200);
            letIn += 1;
          }
          for (const { tcId, comment, jws } of group.tests) {
            const token = textOf(jws);
            if (!SENDABLE.test(token)) continue;
            expect([401, 503])
              .withContext(`${tcId} ${comment}`)
              .toContain(await ask(token));
            refused += 1;
          }
        } finally {
          await server.stop();
        }
      }
      expect(letIn).toBeGreaterThan(5);
      expect(refused).toBeGreaterThan(350);
    } finally {
      await issuer.stop();
    }
  }, 120_000);

  it('are told apart by the steps that decide on a signature: the parts, the key, the algorithm', async () => {
    const issuer = await TestIssuer.start();
    try {
      const different: number[] = [];
      for (const { private: own, public: published, tests } of vectors()) {
        issuer.keys = [published ?? own];
        const keys = await IssuerKeys.open(issuer.url, {
          now: () => performance.now(),
          log: pino({ level: 'silent' }),
        });
        const secret: VerificationKey = {
          key: createSecretKey(own.k ?? '', 'base64url'),
          algorithms: ['HS256'],
        };
        for (const { tcId, jws, result } of tests) {
          const token = textOf(jws);
          const parts = readCompactJws(token);
          // Which names of keys there are is not told all the time: that opens nothing either.
          const found = async (): Promise<VerificationKey | undefined> =>
            parts && (published ? keys.keyFor(parts.header) : secret);
          const key = await found().catch(() => undefined);
          const opened = key !== undefined && isSigned(token, key);
          if (opened !== (result === 'valid')) different.push(tcId);
        }
      }
      expect(different.sort((a, b) => a - b)).toEqual([...STRICTER, ...MISTAKEN].sort((a, b) => a - b));
    } finally {
      await issuer.stop();
    }
  });
});

/** As TokenVerifier asks it, apart from the claims: most vectors hold no JSON. */
function isSigned(token: string, { key, algorithms }: VerificationKey): boolean {
  try {
    jwt.verify(token, key, { algorithms: [...algorithms], ignoreExpiration: true, ignoreNotBefore: true });
    return true;
  } catch {
    return false;
  }
}

/** The group's key, when it is one that this server takes and that can sign here. */
function signable({ private: jwk, public: published }: Group): TestKey | undefined {
  if (!published || !/^(RS|PS|ES)(256|384|512)$/.test(published.alg ?? '')) return undefined;
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  const { modulusLength = 2048 } = createPublicKey(privateKey).asymmetricKeyDetails ?? {};
  return modulusLength < 2048 ? undefined : { kid: published.kid, privateKey, published };
}
