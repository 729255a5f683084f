import type { Response } from 'express';
import { MAX_TTL_SECONDS } from '@countersign/signed-url';
import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import { forbidden } from '../identity/principal.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import type { EdgePrincipal } from './edge-door.ts';
import type { EdgeParts } from './edge-parts.ts';
import { leaseExample, resolveExample } from './examples.ts';

const MOST_ITEMS = 200;

const epoch = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const question = z
  .strictObject({
    incarnation: z.uuid().describe('Random, of this run; the first question registers it'),
    cursor: epoch
      .optional()
      .describe('The newest epoch whose changes are applied; absent: this run begins, and knows nothing'),
    acknowledged: epoch
      .optional()
      .describe('The newest epoch that every check uses from now on, of everybody this edge has lent to too'),
    ended: z.boolean().optional().describe('This run serves no more'),
  })
  .meta({ id: 'EdgeLeaseQuestion' });

const change = z
  .object({
    epoch: z.number().int(),
    tenant: z.string(),
    change: z.string().describe('Why; a kind that you do not know is applied like the others'),
    kids: z.array(z.string()),
    paths: z.array(z.string()),
    signatureIds: z.array(z.string()),
    prefixes: z.array(z.string()),
  })
  .meta({ id: 'EdgeChange' });

const lease = z
  .object({
    epoch: z.number().int().describe('Apply the changes, then acknowledge this'),
    acknowledged: z.number().int().describe('What is known to be used in every check of this run'),
    leaseMs: z
      .number()
      .int()
      .describe(
        'How long to serve, from before the newest question that was answered with this as its epoch',
      ),
    drop: z.boolean().describe('Forget everything: the cursor is too old'),
    changes: z.array(change).describe('Since the cursor, oldest first, of the tenants of this edge'),
    authority: z.string().describe('Host and port in the string to sign'),
    maxTtlSeconds: z.number().int().describe('No URL may expire later than this from now, and a minute'),
    ignoredParameters: z.array(z.string()).describe('Query parameters of others, dropped before the check'),
  })
  .meta({ id: 'EdgeLease' });

const list = (schema: z.ZodType<string>, says: string) =>
  z.array(schema).max(MOST_ITEMS).default([]).describe(says);

const items = z
  .strictObject({
    kids: list(z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/), 'As in URLs'),
    paths: list(z.string().min(1).max(1024), 'Canonical keys, decoded and without leading slash'),
  })
  .refine(({ kids, paths }) => kids.length + paths.length > 0, 'name a kid or a path')
  .refine(({ kids, paths }) => kids.length + paths.length <= MOST_ITEMS, `${MOST_ITEMS} items at most`)
  .meta({ id: 'EdgeQuestions' });

const resolved = z
  .object({
    keys: z.array(
      z
        .object({
          epoch: z.number().int().describe('At which this was read'),
          kid: z.string(),
          tenant: z.string(),
          owner: z.string(),
          key: z.string().describe('The 32 bytes that sign, base64url'),
          revokedSignatureIds: z.array(z.string()).describe('Of URLs of this key that open nothing'),
        })
        .meta({ id: 'EdgeKey' }),
    ),
    paths: z.array(
      z
        .object({
          epoch: z.number().int().describe('At which this was read'),
          tenant: z.string(),
          path: z.string(),
          owner: z.string().describe('A URL opens it only with a key of this owner'),
          state: z.literal('completed'),
          version: z.number().int(),
          rotation: z
            .number()
            .int()
            .describe('Part of the key that signs its URLs (docs/signed-url.md); old URLs die when it grows'),
          objectKey: z.string().describe('Where its bytes are in the store'),
          contentType: z.string(),
          size: z.number().int(),
          sha256: z.string().describe('Hexadecimal'),
          derivatives: z
            .record(
              z.string(),
              z
                .object({
                  objectKey: z.string(),
                  contentType: z.string(),
                  size: z.number().int(),
                  sha256: z.string().describe('Hexadecimal'),
                })
                .meta({ id: 'EdgeDerivative' }),
            )
            .describe('Smaller pictures that are made, by the end of their path without ~: 640.webp'),
        })
        .meta({ id: 'EdgePath' }),
    ),
  })
  .meta({ id: 'EdgeAnswers' });

/** What edges call. Their credential opens these and nothing else. */
export function holderRoutes(routes: ApiRoutes, edges: EdgeParts): void {
  const guarded = {
    tag: 'edges',
    method: 'post',
    access: 'signed-in',
    permission: 'edge:serve',
    limit: 'edge',
  } as const;

  routes.add(
    {
      ...guarded,
      operationId: 'leaseToEdge',
      path: '/edges/lease',
      summary: 'The right to serve for a while, and what changed',
      description: 'Note the time before asking. docs/edges.md has the rules.',
      body: question,
      responses: { 200: { description: 'What changed, and for how long to serve', schema: lease } },
      problems: [
        ...[
          'sign-in-required',
          'forbidden',
          'lease-expired',
          'database-behind',
          'incarnation-ended',
          'too-many-incarnations',
        ],
        'epoch-ahead',
      ],
      example: leaseExample,
    },
    async ({ body, response }) => ({
      ...(await edges.leases.ask(edgeOf(response), body)),
      maxTtlSeconds: MAX_TTL_SECONDS,
      ...edges.rules,
    }),
  );

  routes.add(
    {
      ...guarded,
      operationId: 'resolveForEdge',
      path: '/edges/resolve',
      summary: 'Keys and paths that an edge does not know yet',
      description: 'What is absent in the answer is unknown or revoked: refuse it, and keep nothing of that.',
      body: items,
      responses: { 200: { description: 'Those that are there', schema: resolved } },
      problems: ['sign-in-required', 'forbidden', 'lease-expired', 'database-behind'],
      example: resolveExample,
    },
    ({ body, response }) => edges.resolver.resolve(edgeOf(response), body),
  );
}

/** @throws forbidden for a person whose role was given the permission: it takes the credential of an edge */
function edgeOf(response: Response): EdgePrincipal {
  const principal = principalOf(response);
  if (!('edge' in principal)) throw forbidden('edge:serve');
  return principal as EdgePrincipal;
}
