import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt, receiptResponses } from '../leases/answer-receipt.ts';
import { expectedRevision } from './expected-revision.ts';
import { deleteVersionExample, listVersionsExample, restoreVersionExample } from './version.examples.ts';
import type { KeptVersion } from './version.store.ts';
import type { Versions } from './versions.ts';

const id = z.string().min(1).max(64).describe('Of the resource');
const version = z.coerce.number().int().min(1).max(2_147_483_647).describe('Number of the version');
const versionBody = z
  .object({
    version: z.number().int(),
    path: z.string().describe('Can be signed like any other, by its owner and with resource:view-all'),
    status: z.enum(['completed', 'quarantined']),
    contentType: z.string(),
    size: z.number().int().describe('Bytes'),
    checksum: z.string().describe('SHA-256 of the bytes, hexadecimal'),
    uploadedAt: z.iso.datetime().describe('When these bytes arrived'),
    uploadedBy: z.string().nullable().describe('Who brought them; null: nobody knows any more'),
  })
  .meta({ id: 'ResourceVersion' });

const versionList = z.object({ items: z.array(versionBody) }).meta({ id: 'ResourceVersions' });

const common = { tag: 'resources', access: 'signed-in' } as const;
const problems = ['sign-in-required', 'forbidden', 'not-found'];

/** Bytes that were overwritten and are kept. */
export function versionRoutes(routes: ApiRoutes, versions: Versions): void {
  routes.add(
    {
      ...common,
      operationId: 'listVersions',
      method: 'get',
      path: '/resources/:id/versions',
      summary: 'Older versions of a resource, newest first; what is there now is not among them',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      params: z.object({ id }),
      responses: {
        200: { description: 'All that are kept', schema: versionList },
      },
      problems,
      example: listVersionsExample,
    },
    async ({ params, response }) => {
      return { items: (await versions.list(principalOf(response), params.id)).map(toBody) };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'restoreVersion',
      method: 'post',
      path: '/resources/:id/versions/:version/restore',
      summary: 'Bring an older version back: its bytes get a new number, what was there becomes a version',
      description:
        'Send `If-Match: "{revision}"` to restore only over what you have read. A URL opens only what was there when it was signed: old ones of both are dead.',
      permission: 'resource:upload',
      ofOthers: 'resource:upload-all',
      params: z.object({ id, version }),
      responses: receiptResponses,
      problems: [...problems, 'owner-revoked', 'owner-erasing', 'changed-meanwhile', 'quarantined'],
      example: restoreVersionExample,
    },
    async ({ params, request, response }) => {
      const revision = expectedRevision(request.headers['if-match']);
      const order = { principal: principalOf(response), ...params, revision };
      return answerReceipt(request, response, await versions.restore(order));
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'deleteVersion',
      method: 'delete',
      path: '/resources/:id/versions/:version',
      summary: 'Delete one older version: its URLs are dead for ever',
      ofOthers: 'resource:delete',
      params: z.object({ id, version }),
      responses: receiptResponses,
      problems: [...problems, 'owner-revoked'],
      example: deleteVersionExample,
    },
    async ({ params, request, response }) => {
      const order = { principal: principalOf(response), ...params };
      return answerReceipt(request, response, await versions.delete(order));
    },
  );
}

function toBody({ sha256, uploadedAt, state, ...kept }: KeptVersion): z.output<typeof versionBody> {
  const { version: number, path, contentType, size, uploadedBy } = kept;
  return {
    ...{ version: number, path, status: state === 'completed' ? state : 'quarantined', contentType, size },
    checksum: sha256.toString('hex'),
    uploadedAt: uploadedAt.toISOString(),
    uploadedBy,
  };
}
