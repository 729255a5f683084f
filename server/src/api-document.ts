import { deliveryContracts } from './delivery/contracts.ts';
import { healthContracts } from './monitoring/contracts.ts';
import { openApiDocument, type ApiDescription } from './platform/openapi.ts';
import type { AnyContract } from './platform/route.ts';
import { problemCodes } from './problem-codes.ts';
import { version } from './version.ts';

const description: ApiDescription = {
  title: 'Countersign',
  version,
  description: `Signed resource URLs that one call can revoke, person by person, everywhere, with proof.

A refusal is JSON of the type \`application/problem+json\` (RFC 9457); programs compare its \`code\`. An answer may get new
members: read those you know, and leave the others.`,
  tags: {
    signing: 'Signed URLs, and who may have which',
    delivery: 'What signed URLs open',
    resources: 'What is stored, and uploads',
    collections: 'Orders and projects: groups of resources, and who is in them',
    owners: 'The people to whom resources belong, their revocation, and its receipts',
    edges: 'Whoever serves files outside of a server process: credentials, leases, and what edges are told',
    departures: 'People who leave, at their time and with what they hand over',
    audit: 'Who asked for what, what was delivered, and what was refused',
    session: 'Sample people of the embedded mode',
    health: 'Whether the server lives and may serve',
  },
  problems: problemCodes,
  usualProblems: ({ method, params, query, body }) => [
    'invalid-token',
    'token-expired',
    'identity-unavailable',
    'rate-limited',
    'database-unavailable',
    'not-started',
    'internal',
    ...(method === 'get' ? [] : ['cross-site-request']),
    ...(params || query || body || method !== 'get' ? ['invalid-request'] : []),
    ...(body ? ['too-large'] : []),
  ],
  anonymousLimit: 'anonymous',
};

/** @returns codes a call of the API may be refused with whatever it does, beside those of its contract */
export const usualProblems = (contract: AnyContract): readonly string[] =>
  description.usualProblems(contract);

/** What is served beside the API, as contracts: their handlers read no parsed input. */
export const outsideContracts: readonly AnyContract[] = [...deliveryContracts, ...healthContracts];

/**
 * @param api the routes, as they validate
 * @param prefix where they are mounted, e.g. `/api`
 * @returns the OpenAPI 3.1 document of everything that is served
 */
export function apiDocument(api: readonly AnyContract[], prefix: string): object {
  return openApiDocument(description, { prefix, api, outside: outsideContracts });
}
