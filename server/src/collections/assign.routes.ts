import type { Request, Response } from 'express';
import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, pendingSchema, receiptSchema } from '../leases/answer-receipt.ts';
import type { Settling } from '../leases/receipts.ts';
import { assignExample, assignManyExample, unassignExample } from './assign.examples.ts';
import type { Assignments } from './assignments.ts';
import { collectionParams } from './routes.ts';

const MOST_AT_ONCE = 100;

const reason = z.string().trim().min(1).max(200).optional().describe('Why, for the audit');
const collection = z.string().min(1).max(64).describe('Id of the collection');
const params = z.object({ id: z.string().min(1).max(64).describe('Of the resource') });
const paths = {
  oldPath: z.string().describe('Its URLs are dead'),
  newPath: z.string().describe('What to sign from now on'),
};
const receipt = z
  .union([receiptSchema, pendingSchema])
  .nullable()
  .describe(
    'Of the old URLs; pending: GET /receipts/{epoch} has it later; null: it was there from the beginning',
  );

const movedBody = z
  .object({ id: z.string(), collection: z.string().nullable(), ...paths, receipt })
  .meta({ id: 'MovedResource' });

const manyBody = z
  .strictObject({
    resources: z.array(z.string().min(1).max(64)).min(1).max(MOST_AT_ONCE).describe('Ids'),
    reason,
  })
  .refine(({ resources }) => new Set(resources).size === resources.length, {
    path: ['resources'],
    error: 'names one twice',
  })
  .meta({ id: 'Assignments' });

const manyAnswer = z
  .object({
    results: z
      .array(
        z.union([
          z.object({ id: z.string(), ...paths }),
          z.object({
            id: z.string(),
            error: z.object({ code: z.string(), status: z.number().int(), detail: z.string().optional() }),
          }),
        ]),
      )
      .describe('One for each, in the order of the request'),
    receipt: receipt.describe('Of all of them together; null: nothing moved'),
  })
  .meta({ id: 'AssignmentResults' });

const common = { tag: 'collections', access: 'signed-in', permission: 'resource:upload' } as const;
const description =
  'Owners may do this to what is theirs, unless they were revoked; with resource:assign one may do it to whatever one sees. The object is copied, the copy is verified and takes its place, and the old one is removed. It may be repeated.';
const problems = [
  ...['sign-in-required', 'forbidden', 'invalid-request', 'not-found', 'owner-revoked', 'owner-erasing'],
  ...['not-completed', 'resource-busy', 'collection-archived', 'storage-unavailable', 'moves-busy'],
];

/** Moves of resources into collections and out of them; all of them end the old URLs with a receipt. */
export function assignRoutes(routes: ApiRoutes, assignments: Assignments): void {
  routes.add(
    {
      ...common,
      operationId: 'assignResource',
      method: 'post',
      path: '/resources/:id/assign',
      summary:
        'Move one resource into a collection that you are in: it gets another path, and old URLs are dead',
      description,
      ofOthers: 'resource:view-all',
      params,
      body: z.strictObject({ collection, reason }).meta({ id: 'Assignment' }),
      responses: { 200: { description: 'It is in the collection', schema: movedBody } },
      problems,
      example: assignExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body.reason };
      const { settling, ...moved } = await assignments.assign(order, body.collection);
      return { ...moved, collection: body.collection, receipt: await receiptOf(request, response, settling) };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'unassignResource',
      method: 'post',
      path: '/resources/:id/unassign',
      summary: 'Take one resource out of its collection, back to where its kind belongs; old URLs are dead',
      description: `${description} Where its kind is public, that is for its owner and collection:manage.`,
      ofOthers: 'resource:view-all',
      params,
      body: z.strictObject({ reason }).meta({ id: 'Unassignment' }).optional(),
      responses: { 200: { description: 'It is in no collection', schema: movedBody } },
      problems,
      example: unassignExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body?.reason };
      const { settling, ...moved } = await assignments.unassign(order);
      return { ...moved, collection: null, receipt: await receiptOf(request, response, settling) };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'assignResources',
      method: 'post',
      path: '/collections/:id/resources',
      summary: `Move up to ${MOST_AT_ONCE} resources into a collection that you are in`,
      description: `${description} Each stands by itself: one that is refused does not hold up the others.`,
      params: collectionParams,
      body: manyBody,
      responses: { 200: { description: 'What became of each', schema: manyAnswer } },
      problems: problems.slice(0, 3),
      example: assignManyExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const order = { principal: principalOf(response), ids: body.resources, reason: body.reason };
      const outcomes = await assignments.assignMany(order, id);
      const newest = outcomes
        .flatMap((outcome) => ('settling' in outcome && outcome.settling ? [outcome.settling] : []))
        .reduce<Settling | undefined>(
          (last, one) => (last && last.epoch > one.epoch ? last : one),
          undefined,
        );
      return {
        results: outcomes.map((outcome) => {
          if (!('problem' in outcome)) {
            const { id, oldPath, newPath } = outcome;
            return { id, oldPath, newPath };
          }
          const { code, status, detail } = outcome.problem;
          return { id: outcome.id, error: { code, status, ...(detail ? { detail } : {}) } };
        }),
        // Whoever has heard of the newest has heard of all.
        receipt: await receiptOf(request, response, newest),
      };
    },
  );
}

/** The move is done, whether its receipt is or not. */
async function receiptOf(
  request: Request,
  response: Response,
  settling: Settling | undefined,
): Promise<unknown> {
  if (!settling) return null;
  const receipt = await answerReceipt(request, response, settling);
  response.status(200).removeHeader('Location');
  return receipt;
}
