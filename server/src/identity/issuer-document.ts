import { z } from 'zod';
import { Problem } from '../platform/problem.ts';

const LARGEST_ANSWER = 512 * 1024;
const ANSWER_WITHIN_MS = 5000;
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** 503 `identity-unavailable`: the issuer cannot be asked now. @param seconds when to try again */
export const identityUnavailable = (seconds: number): Problem =>
  new Problem(
    503,
    'identity-unavailable',
    'It cannot be checked now who you are',
    'The issuer of your token does not answer, or was asked a moment ago. Try again.',
    { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) },
  );

/** @returns whether keys and tokens may come from there: https, or this machine, without credentials or a fragment */
export function isTrustedAddress(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username || url.password || url.hash) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_NAMES.has(url.hostname));
}

const trusted = z.string().refine(isTrustedAddress, 'must be https');

/** What of an issuer's metadata is used (OpenID Connect Discovery 1.0, section 3). */
const metadata = z.object({
  issuer: z.string(),
  jwks_uri: trusted,
  token_endpoint: trusted.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
});

export type IssuerDocument = z.output<typeof metadata>;

/** @returns the end of the time that an issuer has for everything that one request waits for */
export const patience = (): AbortSignal => AbortSignal.timeout(ANSWER_WITHIN_MS);

/**
 * @param issuer as in `iss`
 * @throws when it does not answer, or speaks for another issuer
 */
export async function discover(issuer: string, signal: AbortSignal): Promise<IssuerDocument> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = metadata.parse((await askForJson(address, { signal })).body);
  if (document.issuer !== issuer) {
    throw new Error(`OIDC_ISSUER is ${issuer}, but what answers there calls itself ${document.issuer}`);
  }
  return document;
}

/**
 * Asks the issuer for JSON, bounded in size, and is never sent on to another address.
 *
 * @param init a POST may be answered with a refusal (4xx), a GET may not
 * @throws when there is no such answer
 */
export async function askForJson(
  address: string,
  init: RequestInit & { signal: AbortSignal },
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(address, {
    ...init,
    headers: { ...init.headers, accept: 'application/json' },
    redirect: 'error',
  });
  const isRefusal = init.method === 'POST' && response.status >= 400 && response.status < 500;
  if (!response.ok && !isRefusal) {
    await response.body?.cancel();
    throw new Error(`${new URL(address).origin} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) throw new Error(`${new URL(address).origin} answered more than can be right`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.status, body: JSON.parse(text) as unknown };
}

/** @returns one line for the log; what `fetch` throws says nothing without its cause */
export function failureOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ');
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
