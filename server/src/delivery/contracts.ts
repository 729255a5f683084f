import { z } from 'zod';
import type { AnyContract } from '../platform/route.ts';

const signedParts = z.object({
  sig: z.string().describe('Signature'),
  exp: z.string().describe('End of its life, in seconds since 1970'),
  kid: z.string().describe('Names the key of the owner'),
  sid: z.string().describe('Names the issuance; its signatureId without `sig_`'),
  dl: z.string().optional().describe('Offers a download, under this name if it is not empty'),
});

/** Delivery for the OpenAPI document: what it takes is checked by the format of signed URLs, not by these schemas. */
export const deliveryContracts: readonly AnyContract[] = [
  {
    operationId: 'openSignedUrl',
    tag: 'delivery',
    method: 'get',
    path: '/cdn/:path',
    summary: 'The bytes behind a signed URL',
    description:
      'Do not build this address: call `url` of a signed answer as it is. It may be on another host than the API, and ' +
      'its path has slashes. Of a smaller picture it is the path of the resource and one more segment, e.g. `/~640.webp`. HEAD works too, and so do `Range`, `If-Range` and `If-None-Match`.',
    access: 'anonymous',
    params: z.object({ path: z.string().describe('The key of the resource, slashes and all') }),
    query: signedParts,
    responses: {
      200: { description: 'All of it', media: ['*/*'], headers: { ETag: 'Changes with the bytes' } },
      206: { description: 'The range that was asked for', media: ['*/*'] },
      304: { description: 'Not changed since the ETag of `If-None-Match`' },
      416: { description: 'The resource has no such range' },
    },
    problems: [
      'refused',
      'expired',
      'hotlink',
      'method-not-allowed',
      'no-pictures',
      'poster-missing',
      'derivative-impossible',
      'derivatives-busy',
      'derivatives-off',
      'not-found',
      'storage-unavailable',
      'lease-expired',
      'database-behind',
      'audit-unavailable',
      'database-unavailable',
      'not-started',
      'internal',
    ],
    example: {
      params: { path: 'public/team/avatar-2.png' },
      query: {
        sig: '3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        exp: '1798761600',
        kid: 'AAAAAAAAAAAAAAAAAAAAAA',
        sid: 'BBBBBBBBBBBBBBBBBBBBBA',
      },
      answers: {},
    },
  },
];
