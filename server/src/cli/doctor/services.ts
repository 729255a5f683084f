import { pino } from 'pino';
import { z } from 'zod';
import { readRolesFile } from '../../identity/roles-file.ts';
import { openPolicy } from '../../signing/open-policy.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding } from './check.ts';

const PATIENCE_MS = 5000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.object({ kty: z.string(), kid: z.string().optional() })) });

/** OpenID Connect Discovery 1.0: the issuer answers, is who it says, and publishes keys. */
export const issuerCheck: Check = {
  name: 'issuer',
  async run({ variables }) {
    const { OIDC_ISSUER, OIDC_AUDIENCE } = variables;
    if (!OIDC_ISSUER) return [];
    const findings: Finding[] = [];
    if (!OIDC_AUDIENCE) {
      findings.push(
        warning(
          'OIDC_AUDIENCE is not set',
          "set it to this API's audience, so that tokens for others are refused",
        ),
      );
    }
    try {
      const found = discovery.parse(
        await getJson(`${OIDC_ISSUER.replace(/\/$/, '')}/.well-known/openid-configuration`),
      );
      if (found.issuer !== OIDC_ISSUER) {
        return [
          ...findings,
          problem(`the issuer calls itself ${found.issuer}`, 'write OIDC_ISSUER exactly so'),
        ];
      }
      const { keys } = keySet.parse(await getJson(found.jwks_uri));
      if (keys.length === 0)
        return [...findings, problem('the issuer publishes no keys', 'look at the issuer')];
      return [...findings, ok(`${OIDC_ISSUER} answers and publishes ${keys.length} keys`)];
    } catch (error) {
      const words = error instanceof z.ZodError ? 'it answers something else' : wordsOf(error);
      return [
        ...findings,
        problem(`OIDC_ISSUER cannot be used: ${words}`, 'start the issuer, or change OIDC_ISSUER'),
      ];
    }
  },
};

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    (error: unknown) => {
      throw new Error(wordsOf((error as Error).cause ?? error));
    },
  );
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`);
  return response.json();
}

/** Limits are shared through it. */
export const redisCheck: Check = {
  name: 'redis',
  async run({ variables }) {
    const { REDIS_URL } = variables;
    if (!REDIS_URL) return [];
    // A server without REDIS_URL never loads it, and neither does its doctor.
    const { Redis } = await import('ioredis');
    const redis = new Redis(REDIS_URL, {
      lazyConnect: true,
      connectTimeout: PATIENCE_MS,
      commandTimeout: PATIENCE_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let cause: unknown;
    redis.on('error', (error) => (cause = error));
    try {
      const began = performance.now();
      await redis.connect();
      await redis.ping();
      return [ok(`Redis answers after ${(performance.now() - began).toFixed(1)} ms`)];
    } catch (error) {
      return [problem(`Redis does not answer: ${wordsOf(cause ?? error)}`, 'start it, or change REDIS_URL')];
    } finally {
      redis.disconnect();
    }
  },
};

/** Files that settings name, read as the server reads them. */
export const namedFilesCheck: Check = {
  name: 'files',
  async run({ variables: { POLICY_FILE, ROLES_FILE } }) {
    const reads = [
      POLICY_FILE && ([POLICY_FILE, 'POLICY_FILE', readPolicy] as const),
      ROLES_FILE && ([ROLES_FILE, 'ROLES_FILE', readRolesFile] as const),
    ];
    const findings = reads.map(async (entry) => {
      if (!entry) return [];
      const [file, name, read] = entry;
      try {
        await read(file);
        return [ok(`${name}: ${file} can be used`)];
      } catch (error) {
        return [problem(wordsOf(error), `correct ${file}, or change ${name}`)];
      }
    });
    return (await Promise.all(findings)).flat();
  },
};

async function readPolicy(file: string): Promise<void> {
  (await openPolicy(file, pino({ level: 'silent' }))).close();
}
