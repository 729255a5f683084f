import { z } from 'zod';
import { EXAMINATION_PROBLEMS } from '../hygiene/finding-problem.ts';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, receiptResponses } from '../leases/answer-receipt.ts';
import { dryRunQuery, endingResponses } from '../leases/dry-run.ts';
import { endWhenSilent } from '../platform/silent-sender.ts';
import type { ResourceChanges } from './change-resource.ts';
import {
  deleteExample,
  overwriteExample,
  revokePrefixExample,
  rotateExample,
  transferExample,
} from './change.examples.ts';
import { expectedRevision } from './expected-revision.ts';
import type { Overwrites } from './overwrite.ts';
import { declaredType } from './declared-type.ts';
import type { Takedowns } from './take-down.ts';

const params = z.object({ id: z.string().min(1).max(64).describe('Of the resource') });
const reason = z.string().trim().min(1).max(200).optional().describe('Why, for the audit');
const why = z.strictObject({ reason }).meta({ id: 'ResourceChange' }).optional();
const transferBody = z
  .strictObject({ owner: z.string().min(1).max(255).describe('Id of the new owner'), reason })
  .meta({ id: 'ResourceTransfer' });
const prefixBody = z
  .strictObject({
    prefix: z
      .string()
      .min(1)
      .max(1024)
      .refine((prefix) => !/^\/|[\p{Cc}\\]/u.test(prefix) && prefix === prefix.normalize('NFC'), {
        error: 'it begins as paths do: decoded, in NFC, without a leading slash',
      })
      .describe('Beginning of the paths, letter by letter: public/team/ is a folder, public/te is more'),
    reason,
  })
  .meta({ id: 'PrefixRevocation' });

const common = { tag: 'resources', access: 'signed-in' } as const;
const ofOthers = 'Owners may do this to what is theirs, unless they were revoked.';
const problems = ['sign-in-required', 'forbidden', 'not-found', 'owner-revoked'];

/** Changes of resources after which no old URL opens anything; all of them answer with a receipt. */
export function resourceChangeRoutes(
  routes: ApiRoutes,
  {
    changes,
    overwrites,
    takedowns,
  }: { changes: ResourceChanges; overwrites: Overwrites; takedowns: Takedowns },
): void {
  routes.add(
    {
      ...common,
      operationId: 'rotateResource',
      method: 'post',
      path: '/resources/:id/rotate',
      summary: 'Kill the old URLs of one resource; new ones work',
      description: ofOthers,
      ofOthers: 'resource:rotate',
      params,
      query: dryRunQuery,
      body: why,
      responses: endingResponses,
      problems,
      example: rotateExample,
    },
    async ({ params: { id }, query, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body?.reason };
      if (query.dryRun === 'true') return changes.preview(order, 'resource:rotate');
      return answerReceipt(request, response, await changes.rotate(order));
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'deleteResource',
      method: 'delete',
      path: '/resources/:id',
      summary:
        'Delete one resource: its URLs are dead for ever, also when something is uploaded to its path again',
      description: ofOthers,
      ofOthers: 'resource:delete',
      params,
      query: dryRunQuery,
      responses: endingResponses,
      problems,
      example: deleteExample,
    },
    async ({ params: { id }, query, request, response }) => {
      const order = { principal: principalOf(response), id };
      if (query.dryRun === 'true') return changes.preview(order, 'resource:delete');
      return answerReceipt(request, response, await changes.delete(order));
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'overwriteResource',
      method: 'put',
      path: '/resources/:id/content',
      summary: 'Overwrite one resource; the body is the new bytes, the Content-Type what they are',
      description: `A URL opens only what was there when it was signed: the old ones are dead. What was there of a document becomes an older version. ${ofOthers}`,
      permission: 'resource:upload',
      ofOthers: 'resource:upload-all',
      params,
      rawBody: 'The bytes of the file',
      responses: receiptResponses,
      problems: [
        ...EXAMINATION_PROBLEMS,
        'storage-unavailable',
        ...problems,
        'owner-erasing',
        'invalid-request',
        'empty-upload',
        'quarantined',
        'too-large',
        'too-many-uploads',
        'quota-exceeded',
        'changed-meanwhile',
      ],
      example: overwriteExample,
    },
    async ({ params: { id }, request, response }) => {
      endWhenSilent(request);
      const revision = expectedRevision(request.headers['if-match']);
      const order = { principal: principalOf(response), id, revision };
      const settling = await overwrites.overwrite(order, declaredType(request), request);
      return answerReceipt(request, response, settling);
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'transferResource',
      method: 'post',
      path: '/resources/:id/transfer',
      summary:
        'Give one resource to another owner; old URLs are dead, new ones are signed with the key of the new owner',
      permission: 'resource:transfer',
      params,
      query: dryRunQuery,
      body: transferBody,
      responses: endingResponses,
      problems: [...problems, 'unknown-owner', 'owner-erasing', 'already-owner'],
      example: transferExample,
    },
    async ({ params: { id }, query, body, request, response }) => {
      const order = { principal: principalOf(response), id, reason: body.reason };
      if (query.dryRun === 'true') return changes.preview(order, 'resource:transfer');
      return answerReceipt(request, response, await changes.transfer(order, body.owner));
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'revokePrefix',
      method: 'post',
      path: '/paths/revoke',
      summary: 'Kill the old URLs of everything under a prefix, with one receipt; new ones work',
      permission: 'path:revoke',
      query: dryRunQuery,
      body: prefixBody,
      responses: endingResponses,
      problems: ['sign-in-required', 'forbidden', 'not-found', 'searches-busy'],
      example: revokePrefixExample,
    },
    async ({ query, body, request, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      const order = { tenantId, actor, ...body };
      if (query.dryRun === 'true') return takedowns.preview(order);
      return answerReceipt(request, response, await takedowns.revokePrefix(order));
    },
  );
}
