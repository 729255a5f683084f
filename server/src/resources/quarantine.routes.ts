import { z } from 'zod';
import { EXAMINATION_PROBLEMS } from '../hygiene/finding-problem.ts';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, receiptResponses } from '../leases/answer-receipt.ts';
import type { PlaceIn } from './collection-place.ts';
import { listQuarantinedExample, quarantineExample, releaseExample } from './quarantine.examples.ts';
import type { QuarantinedResources } from './quarantine.ts';

const params = z.object({ id: z.string().min(1).max(64).describe('Of the resource') });
const reason = z.string().trim().min(1).max(200).describe('Why, for the audit');
const body = z.strictObject({ reason }).meta({ id: 'QuarantineOrder' });
const releaseBody = z
  .strictObject({
    reason,
    scan: z.boolean().default(true).describe('false: release it whatever the virus scanner says'),
  })
  .meta({ id: 'QuarantineRelease' });
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z.string().min(1).max(64).optional().describe('`nextCursor` of the page before'),
});

const quarantinedPage = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          path: z.string(),
          kind: z.string(),
          owner: z.string(),
          displayName: z.string(),
          contentType: z.string().describe('As it was declared'),
          size: z.number().int().describe('Bytes'),
          createdAt: z.iso.datetime(),
        })
        .meta({ id: 'QuarantinedResource' }),
    ),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
    total: z.number().int().describe('On all pages'),
  })
  .meta({ id: 'QuarantinedPage' });

const common = { tag: 'resources', access: 'signed-in', permission: 'resource:quarantine' } as const;
const problems = ['sign-in-required', 'forbidden', 'invalid-request'];

/** What is kept and delivered to nobody. */
export function quarantineRoutes(
  routes: ApiRoutes,
  quarantine: QuarantinedResources,
  placeIn: PlaceIn,
): void {
  routes.add(
    {
      ...common,
      operationId: 'listQuarantined',
      method: 'get',
      path: '/quarantine',
      summary: 'What is kept in quarantine; why is in the audit, as resource-quarantined',
      query: listQuery,
      responses: { 200: { description: 'One page, in the order of ids', schema: quarantinedPage } },
      problems,
      example: listQuarantinedExample,
    },
    async ({ query: { limit, cursor }, response }) => {
      const { items, total } = await quarantine.list(principalOf(response), { after: cursor, limit });
      const last = items.length === limit ? items.at(-1) : undefined;
      return {
        items: items.map(({ ownerId, createdAt, id, path, kind, displayName, contentType, size }) => ({
          ...{ id, path, kind, owner: ownerId, displayName, contentType, size },
          createdAt: createdAt.toISOString(),
        })),
        nextCursor: last?.id ?? null,
        total,
      };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'quarantineResource',
      method: 'post',
      path: '/resources/:id/quarantine',
      summary: 'Kill the URLs of one resource and let nobody sign new ones, until it is released',
      params,
      body,
      responses: receiptResponses,
      problems: [...problems, 'not-found', 'already-quarantined'],
      example: quarantineExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body.reason };
      return answerReceipt(request, response, await quarantine.put(order));
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'releaseResource',
      method: 'post',
      path: '/resources/:id/release',
      summary: 'Look at a resource in quarantine again, and release it when it is clean; old URLs stay dead',
      params,
      body: releaseBody,
      responses: receiptResponses,
      problems: [
        ...EXAMINATION_PROBLEMS,
        'storage-unavailable',
        ...problems,
        'not-found',
        'not-quarantined',
        'owner-erasing',
        'quarantined',
        'collection-archived',
      ],
      example: releaseExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body.reason };
      return answerReceipt(request, response, await quarantine.release(order, body.scan, placeIn));
    },
  );
}
