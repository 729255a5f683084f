import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, receiptResponses } from '../leases/answer-receipt.ts';
import { endWhenSilent } from '../platform/silent-sender.ts';
import { declaredType } from '../resources/declared-type.ts';
import { posterExample } from './examples.ts';
import type { Posters } from './posters.ts';

const storedPoster = z
  .object({
    id: z.string().describe('Of the film'),
    contentType: z.string(),
    size: z.number().int().describe('Bytes'),
  })
  .meta({ id: 'StoredPoster' });

/** What pictures of resources are made of, where the server cannot find it by itself. */
export function derivativeRoutes(routes: ApiRoutes, posters: Posters): void {
  routes.add(
    {
      operationId: 'putPoster',
      tag: 'resources',
      method: 'put',
      path: '/resources/:id/poster',
      summary: 'Send the poster of a film: the body is a picture, the Content-Type what it is',
      description:
        'Sign the film with `width` for a smaller one of it. The first poster changes nothing that could be seen before, and is answered with 201. Another one takes its place as new bytes take that of old ones: the old URLs of the film are dead, and the answer is the receipt. Owners may do this to what is theirs, unless they were revoked.',
      access: 'signed-in',
      permission: 'resource:upload',
      ofOthers: 'resource:upload-all',
      params: z.object({ id: z.string().min(1).max(64).describe('Of the film') }),
      rawBody: 'The bytes of the picture, at most 10 MiB',
      responses: { 201: { description: 'The film had none', schema: storedPoster }, ...receiptResponses },
      problems: [
        ...[
          'sign-in-required',
          'forbidden',
          'not-found',
          'owner-revoked',
          'owner-erasing',
          'invalid-request',
        ],
        ...['not-a-film', 'quota-exceeded'],
        ...['unsupported-type', 'empty-upload', 'too-large', 'content-mismatch', 'unreadable-picture'],
        ...['two-types', 'too-many-pixels', 'quarantined', 'too-many-uploads'],
      ],
      example: posterExample,
    },
    async ({ params: { id }, request, response }) => {
      endWhenSilent(request);
      const contentType = declaredType(request);
      const order = { contentType, body: request };
      const { settling, ...stored } = await posters.put(principalOf(response), id, order);
      if (settling) return answerReceipt(request, response, settling);
      response.status(201);
      return { id, ...stored };
    },
  );
}
