import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, receiptResponses, receiptSchema } from '../leases/answer-receipt.ts';
import { CHANGE_KINDS } from '../leases/change.ts';
import { notFound } from '../platform/problem.ts';
import { listReceiptsExample, receiptExample } from './examples.ts';
import type { OwnerKeys } from './owner-keys.ts';

const epoch = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const listQuery = z.strictObject({
  owner: z.string().min(1).max(255).optional().describe('Whose things it was about'),
  about: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Id of the resource, the edge or the signature that it was about'),
  change: z.enum(CHANGE_KINDS).optional().describe('What was done'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: epoch.optional().describe('`nextCursor` of the page before, with the same filters'),
});

const listedReceipt = z
  .object({
    epoch: z.number().int(),
    change: z.enum(CHANGE_KINDS),
    owner: z.string().nullable(),
    about: z.string().nullable().describe('Id of the resource, the edge or the signature'),
    at: z.iso.datetime().describe('When it was done; the audit has it at this time, with who did it and why'),
    receipt: receiptSchema.nullable().describe('null: it is outstanding, GET /receipts/{epoch} waits for it'),
  })
  .meta({ id: 'ListedReceipt' });

const receiptPage = z
  .object({ items: z.array(listedReceipt), nextCursor: z.number().int().nullable() })
  .meta({ id: 'ReceiptPage' });

/** Receipts, for whoever asked for a change and for whoever has to prove it later. */
export function receiptRoutes(routes: ApiRoutes, keys: OwnerKeys): void {
  routes.add(
    {
      operationId: 'listReceipts',
      tag: 'owners',
      method: 'get',
      path: '/receipts',
      summary: 'Changes that ended URLs, and their receipts, newest first',
      access: 'signed-in',
      permission: 'audit:read',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: receiptPage } },
      problems: ['sign-in-required', 'forbidden', 'invalid-request'],
      example: listReceiptsExample,
    },
    async ({ query: { limit, cursor, ...filter }, response }) => {
      const { tenantId } = principalOf(response);
      const found = await keys.receipts({ tenantId, ...filter, before: cursor, limit: limit + 1 });
      const items = found.slice(0, limit);
      return {
        items: items.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
        nextCursor: found.length > limit ? (items.at(-1)?.epoch ?? null) : null,
      };
    },
  );

  routes.add(
    {
      operationId: 'getReceipt',
      tag: 'owners',
      method: 'get',
      path: '/receipts/:epoch',
      summary: 'The receipt of a revocation, or of another change that ended URLs',
      description:
        'Owners read those of changes of what is theirs, whoever may make such changes of anything those of the same kind, and whoever may read the audit all.',
      access: 'signed-in',
      ofOthers: 'owner:revoke',
      params: z.object({ epoch: epoch.describe('As the revocation was answered') }),
      responses: receiptResponses,
      problems: ['sign-in-required', 'not-found', 'invalid-request'],
      example: receiptExample,
    },
    async ({ params, request, response }) => {
      const found = await keys.revocation(principalOf(response), params.epoch);
      if (!found) throw notFound(`There is no receipt ${params.epoch} here.`);
      return answerReceipt(request, response, found);
    },
  );
}
