import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
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
        'Sign the film with `width` for a smaller one of it. It takes the place of the poster before. Owners may do this to what is theirs, unless they were revoked.',
      access: 'signed-in',
      ofOthers: 'resource:edit',
      params: z.object({ id: z.string().min(1).max(64).describe('Of the film') }),
      rawBody: 'The bytes of the picture, at most 10 MiB',
      responses: { 200: { description: 'Stored', schema: storedPoster } },
      problems: [
        ...['sign-in-required', 'forbidden', 'not-found', 'owner-revoked', 'invalid-request', 'not-a-film'],
        ...['unsupported-type', 'empty-upload', 'too-large', 'content-mismatch', 'unreadable-picture'],
        ...['two-types', 'too-many-pixels', 'quarantined'],
      ],
      example: posterExample,
    },
    async ({ params: { id }, request, response }) => {
      const contentType = declaredType(request);
      return { id, ...(await posters.put(principalOf(response), id, { contentType, body: request })) };
    },
  );
}
