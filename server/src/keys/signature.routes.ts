import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt } from '../leases/answer-receipt.ts';
import { dryRunQuery, endingResponses } from '../leases/dry-run.ts';
import { revokeSignatureExample } from './examples.ts';
import type { SingleUrls } from './single-urls.ts';

const params = z.object({
  signatureId: z
    .string()
    .regex(/^sig_[A-Za-z0-9_-]{21}[AQgw]$/, 'a signature id is sig_ and the 22 characters of the sid')
    .describe('As signing answered it: `sig_` and the `sid` of the URL'),
});
const body = z
  .strictObject({ reason: z.string().trim().min(1).max(200).optional().describe('Why, for the audit') })
  .meta({ id: 'SignatureRevocation' })
  .optional();
const expired = z
  .object({ status: z.literal('expired'), expiresAt: z.iso.datetime() })
  .meta({ id: 'ExpiredSignature' });

/** `POST /signatures/{signatureId}/revoke`. */
export function signatureRoutes(routes: ApiRoutes, urls: SingleUrls): void {
  routes.add(
    {
      operationId: 'revokeSignature',
      tag: 'signing',
      method: 'post',
      path: '/signatures/:signatureId/revoke',
      summary: 'Kill one signed URL, and nothing else',
      description:
        'One that has expired needs no revocation: the answer says so. Signing the same again gives another URL.',
      access: 'signed-in',
      permission: 'signature:revoke',
      params,
      query: dryRunQuery,
      body,
      responses: {
        ...endingResponses,
        200: {
          description: `${endingResponses[200].description}. For a URL that is dead by itself: since when`,
          schema: z.union([endingResponses[200].schema, expired]).meta({ id: 'SignatureEnding' }),
        },
      },
      problems: ['sign-in-required', 'forbidden', 'not-found'],
      example: revokeSignatureExample,
    },
    async ({ params: { signatureId }, query, body: why, request, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      if (query.dryRun === 'true') return toBody(await urls.preview(tenantId, signatureId));
      const done = await urls.revoke({ tenantId, signatureId, actor, reason: why?.reason });
      return 'status' in done ? toBody(done) : answerReceipt(request, response, done);
    },
  );
}

function toBody<T extends object>(done: T): unknown {
  return 'expiresAt' in done && done.expiresAt instanceof Date
    ? { ...done, expiresAt: done.expiresAt.toISOString() }
    : done;
}
