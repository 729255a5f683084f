import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, pendingSchema, receiptResponses, receiptSchema } from '../leases/answer-receipt.ts';
import { addExample, leakedExample, listExample, revokeExample, rotateExample } from './examples.ts';
import { EDGE_NAME, EDGE_NAME_SAYS } from './edge-name.ts';
import type { EdgeParts } from './edge-parts.ts';

const edgeParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{21}[AQgw]$/)
    .describe('Of the edge'),
});
const name = z.string().regex(EDGE_NAME, EDGE_NAME_SAYS).describe('As receipts name it, after edge:');
const credential = z.string().describe('Shown this once: only its hash is kept');

const fresh = z.object({ id: z.string(), name: z.string(), credential }).meta({ id: 'EdgeCredential' });
const rotated = fresh
  .extend({
    previousUntil: z.iso.datetime().nullable().describe('Until when the credential before opens too'),
  })
  .meta({ id: 'RotatedEdgeCredential' });

const edgeList = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          tenants: z.array(z.string()).describe('Whose files it serves'),
          createdAt: z.iso.datetime(),
          rotatedAt: z.iso.datetime().nullable(),
          previousUntil: z.iso.datetime().nullable().describe('Until when two credentials open'),
          revokedAt: z.iso.datetime().nullable(),
          incarnations: z.number().int().describe('Runs of it that have not ended; receipts wait for them'),
          keys: z.number().int().describe('Live keys that it was told'),
        })
        .meta({ id: 'Edge' }),
    ),
  })
  .meta({ id: 'EdgeList' });

const replaced = z
  .object({
    owners: z.number().int().describe('People whose URLs are dead, and have to be signed again'),
    keys: z.number().int().describe('Keys destroyed now'),
    receipt: z.union([receiptSchema, pendingSchema]),
  })
  .meta({ id: 'LeakedEdge' });

/** Credentials of edges. */
export function edgeRoutes(routes: ApiRoutes, edges: EdgeParts): void {
  const guarded = { tag: 'edges', access: 'signed-in', permission: 'edge:manage' } as const;
  const refusals = ['sign-in-required', 'forbidden'];

  routes.add(
    {
      ...guarded,
      operationId: 'listEdges',
      method: 'get',
      path: '/edges',
      summary: 'Edges of the tenant, and what each was told',
      responses: { 200: { description: 'Every edge, the revoked ones too', schema: edgeList } },
      problems: refusals,
      example: listExample,
    },
    async ({ response }) => ({ items: await edges.credentials.list(principalOf(response).tenantId) }),
  );

  routes.add(
    {
      ...guarded,
      operationId: 'addEdge',
      method: 'post',
      path: '/edges',
      summary: 'A credential for an edge that serves the files of this tenant',
      body: z.strictObject({ name }).meta({ id: 'NewEdge' }),
      responses: { 201: { description: 'The credential, shown this once', schema: fresh } },
      problems: [...refusals, 'edge-exists', 'too-many-edges'],
      example: addExample,
    },
    async ({ body, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      response.status(201);
      return edges.credentials.add({ tenantId, name: body.name, actor });
    },
  );

  routes.add(
    {
      ...guarded,
      operationId: 'rotateEdge',
      method: 'post',
      path: '/edges/:id/rotate',
      summary: 'A new credential for an edge; the one before opens too for some time',
      params: edgeParams,
      body: z
        .strictObject({
          overlapMinutes: z
            .number()
            .int()
            .min(0)
            .max(10_080)
            .optional()
            .describe('How long both open, default 1440; 0: the one before opens nothing from now on'),
        })
        .meta({ id: 'EdgeRotation' })
        .optional(),
      responses: { 200: { description: 'The new credential, shown this once', schema: rotated } },
      problems: [...refusals, 'unknown-edge', 'edge-revoked'],
      example: rotateExample,
    },
    async ({ params, body, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      return edges.credentials.rotate({ tenantId, id: params.id, actor }, body?.overlapMinutes ?? 1440);
    },
  );

  routes.add(
    {
      ...guarded,
      operationId: 'revokeEdge',
      method: 'delete',
      path: '/edges/:id',
      summary: 'Close an edge: its credential opens nothing, and with its lease it stops serving',
      params: edgeParams,
      responses: receiptResponses,
      problems: [...refusals, 'unknown-edge'],
      example: revokeExample,
    },
    async ({ params, request, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      return answerReceipt(
        request,
        response,
        await edges.credentials.revoke({ tenantId, id: params.id, actor }),
      );
    },
  );

  routes.add(
    {
      ...guarded,
      operationId: 'replaceKeysOfLeakedEdge',
      method: 'post',
      path: '/edges/:id/leaked',
      summary: 'Close an edge that somebody else got hold of, and destroy every key that it was told',
      description: 'Their owners get new keys at once. Every URL that the old keys signed is dead.',
      params: edgeParams,
      responses: {
        200: { description: 'No holder uses one of these keys any more', schema: replaced },
        202: {
          description: 'Committed; not every holder is known to have stopped',
          schema: replaced,
          headers: { Location: 'Where the receipt will be' },
        },
      },
      problems: [...refusals, 'unknown-edge'],
      example: leakedExample,
    },
    async ({ params, request, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      const { owners, keys, ...settling } = await edges.leaked.replaceKeys({
        tenantId,
        id: params.id,
        actor,
      });
      return { owners, keys, receipt: await answerReceipt(request, response, settling) };
    },
  );
}
