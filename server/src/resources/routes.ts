import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { invalidRequest } from '../platform/problem.ts';
import type { ResourceIntake } from './add-resource.ts';
import { declaredType } from './declared-type.ts';
import { getExample, listExample, uploadExample } from './examples.ts';
import { refuseWrongKind } from './receive-bytes.ts';
import { resourceKinds, type ResourceKind } from './resource.ts';
import type { ListedResource } from './store.ts';
import { displayName, storedName } from './stored-name.ts';
import type { VisibleResources } from './visible-resources.ts';

const resourceBody = z
  .object({
    id: z.string(),
    path: z.string(),
    kind: z.string(),
    owner: z.string(),
    ownerName: z.string(),
    ownerHandle: z.string().describe('Stands for the owner in paths: users/{ownerHandle}/...'),
    displayName: z.string(),
    contentType: z.string(),
    size: z.number().int().describe('Bytes'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Resource' });

const resourcePage = z
  .object({
    items: z.array(resourceBody),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
    total: z.number().int().describe('On all pages'),
  })
  .meta({ id: 'ResourcePage' });

const listQuery = z.strictObject({
  prefix: z.string().max(1024).default('').describe('Beginning of the path'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z.string().max(2048).optional().describe('`nextCursor` of the page before'),
});

const uploadQuery = z.strictObject({
  kind: z
    .enum(Object.keys(resourceKinds) as [ResourceKind, ...ResourceKind[]])
    .describe('What it is for: decides the folder, and which types it takes'),
  name: z.string().min(1).max(1024).describe('File name, as somebody sees it'),
});

/** Lists, and uploads of raw bytes. */
export function resourceRoutes(routes: ApiRoutes, visible: VisibleResources, intake: ResourceIntake): void {
  routes.add(
    {
      operationId: 'listResources',
      tag: 'resources',
      method: 'get',
      path: '/resources',
      summary: 'Resources in path order: public ones and your own, or all with resource:view-all',
      access: 'signed-in',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      query: listQuery,
      responses: {
        200: {
          description: 'One page',
          schema: resourcePage,
        },
      },
      problems: ['sign-in-required', 'forbidden', 'invalid-request'],
      example: listExample,
    },
    async ({ query, response }) => {
      const { items, total } = await visible.list(principalOf(response), {
        prefix: query.prefix,
        after: query.cursor === undefined ? undefined : decodeCursor(query.cursor),
        limit: query.limit,
      });
      const last = items.length === query.limit ? items.at(-1) : undefined;
      return {
        items: items.map(toBody),
        nextCursor: last ? Buffer.from(last.path).toString('base64url') : null,
        total,
      };
    },
  );

  routes.add(
    {
      operationId: 'getResource',
      tag: 'resources',
      method: 'get',
      path: '/resources/:id',
      summary: 'One resource',
      access: 'signed-in',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      params: z.object({ id: z.string().min(1).max(64).describe('Of the resource') }),
      responses: { 200: { description: 'Its metadata', schema: resourceBody } },
      problems: ['sign-in-required', 'forbidden', 'not-found'],
      example: getExample,
    },
    async ({ params, response }) => {
      return toBody(await visible.get(principalOf(response), params.id));
    },
  );

  routes.add(
    {
      operationId: 'uploadResource',
      tag: 'resources',
      method: 'post',
      path: '/resources',
      summary: 'Upload one resource; the body is its bytes, the Content-Type what they are',
      access: 'signed-in',
      permission: 'resource:upload',
      query: uploadQuery,
      rawBody: 'The bytes of the file',
      responses: {
        201: {
          description: 'Stored',
          schema: resourceBody,
          headers: { Location: 'The resource' },
        },
      },
      problems: [
        'sign-in-required',
        'forbidden',
        'invalid-request',
        'invalid-name',
        'empty-upload',
        'content-mismatch',
        'unsupported-type',
        'unreadable-picture',
        'two-types',
        'too-many-pixels',
        'quarantined',
        'too-large',
        'owner-revoked',
      ],
      example: uploadExample,
    },
    async ({ query, request, response }) => {
      const principal = principalOf(response);
      const contentType = declaredType(request);
      const kind = resourceKinds[query.kind];
      refuseWrongKind(query.kind, contentType);
      const name = displayName(query.name);
      const { tenantId, id, name: ownerName } = principal;
      const ownerHandle = await intake.handleOf({ tenantId, id, name: ownerName });
      const resource = await intake.add({
        tenantId,
        owner: { id, name: ownerName },
        actor: principal.id,
        kind: query.kind,
        path: `${kind.folder(ownerHandle)}/${storedName(kind.isPrivate ? '' : name, contentType)}`,
        displayName: name,
        contentType,
        body: request,
      });
      response.status(201).location(`${request.baseUrl}/resources/${resource.id}`);
      return toBody({ ...resource, ownerName, ownerHandle });
    },
  );
}

function decodeCursor(cursor: string): string {
  const path = Buffer.from(cursor, 'base64url').toString();
  if (path === '' || Buffer.from(path).toString('base64url') !== cursor) {
    throw invalidRequest('query.cursor: take it from nextCursor of the page before');
  }
  return path;
}

function toBody(resource: ListedResource): z.output<typeof resourceBody> {
  const { id, path, kind, ownerId, ownerName, ownerHandle, displayName, contentType, size, createdAt } =
    resource;
  return {
    id,
    path,
    kind,
    owner: ownerId,
    ownerName,
    ownerHandle,
    displayName,
    contentType,
    size,
    createdAt: createdAt.toISOString(),
  };
}
