import { z } from 'zod';
import { EXAMINATION_PROBLEMS } from '../hygiene/finding-problem.ts';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { endWhenSilent } from '../platform/silent-sender.ts';
import type { ResourceIntake } from './add-resource.ts';
import { newPath, type PlaceIn } from './collection-place.ts';
import { announcedBytes, declaredType } from './declared-type.ts';
import { byPathExample, getExample, listExample, uploadExample } from './examples.ts';
import { listCursor, listDirections, listOrders, listPosition } from './list-cursor.ts';
import { refuseWrongKind } from './receive-bytes.ts';
import { resourceBody, toBody } from './resource-body.ts';
import { resourceKinds, type ResourceKind } from './resource.ts';
import { displayName } from './stored-name.ts';
import type { VisibleResources } from './visible-resources.ts';

const resourcePage = z
  .object({
    items: z.array(resourceBody),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
    total: z.number().int().describe('On all pages; counted to 10 000'),
    totalIsLowerBound: z.boolean().describe('There are more than `total`'),
  })
  .meta({ id: 'ResourcePage' });

const moment = z.iso.datetime({ offset: true }).regex(/^(19|20|21)/, 'is before 1900 or after 2199');
// PostgreSQL has no text with NUL.
const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/);

const listQuery = z.strictObject({
  prefix: text(1024).default('').describe('Beginning of the path'),
  owner: text(255).optional().describe('Id of the owner'),
  collection: text(64).optional().describe('Id of the collection'),
  kind: z
    .enum(Object.keys(resourceKinds) as [ResourceKind, ...ResourceKind[]])
    .optional()
    .describe('Only resources of this kind'),
  type: text(255).optional().describe('Media type, or all of a family: image/*'),
  status: z
    .enum(['awaiting', 'uploading', 'completed', 'failed', 'quarantined'])
    .default('completed')
    .describe('What is not completed is shown to its owner, and with resource:view-all'),
  createdFrom: moment.optional().describe('Made at this moment or later'),
  createdTo: moment.optional().describe('Not this moment itself'),
  search: text(255).optional().describe('Part of the name, in upper or lower case'),
  sort: z.enum(listOrders).default('path').describe('newest and size: the newest or largest first'),
  direction: z
    .enum(listDirections)
    .optional()
    .describe('Left out: desc for newest and size, asc for path and name'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z
    .string()
    .max(4096)
    .optional()
    .describe('`nextCursor` of the page before, with the same sort and direction'),
});

const uploadQuery = z.strictObject({
  kind: z
    .enum(Object.keys(resourceKinds) as [ResourceKind, ...ResourceKind[]])
    .describe('What it is for: decides the folder, and which types it takes'),
  name: z.string().min(1).max(1024).describe('File name, as somebody sees it'),
  collection: text(64)
    .min(1)
    .optional()
    .describe('Id of the collection it is to be in; assign asks the same'),
});

/** Lists, and uploads of raw bytes. */
export function resourceRoutes(
  routes: ApiRoutes,
  visible: VisibleResources,
  intake: ResourceIntake,
  placeIn: PlaceIn,
): void {
  routes.add(
    {
      operationId: 'listResources',
      tag: 'resources',
      method: 'get',
      path: '/resources',
      summary:
        'Resources: public ones, your own and those of your collections, or all with resource:view-all',
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
      const { status: state, cursor, ...filter } = query;
      const after = cursor === undefined ? undefined : listPosition(query, cursor);
      const { items, ...total } = await visible.list(principalOf(response), { ...filter, state, after });
      const last = items.length === query.limit ? items.at(-1) : undefined;
      return {
        items: items.map(toBody),
        nextCursor: last ? listCursor(query, last) : null,
        ...total,
      };
    },
  );

  routes.add(
    {
      operationId: 'getResourceByPath',
      tag: 'resources',
      method: 'get',
      path: '/resources/by-path',
      summary: 'One resource, by its path',
      access: 'signed-in',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      query: z.strictObject({ path: text(1024).min(1).describe('The key, without a leading slash') }),
      responses: { 200: { description: 'Its metadata', schema: resourceBody } },
      problems: ['sign-in-required', 'forbidden', 'not-found', 'invalid-request'],
      example: byPathExample,
    },
    async ({ query, response }) => toBody(await visible.get(principalOf(response), query)),
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
      return toBody(await visible.get(principalOf(response), params));
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
        ...EXAMINATION_PROBLEMS,
        'storage-unavailable',
        'sign-in-required',
        'forbidden',
        'invalid-request',
        'invalid-name',
        'empty-upload',
        'quarantined',
        'too-large',
        'quota-exceeded',
        'owner-revoked',
        'not-found',
        'collection-archived',
        'too-many-uploads',
      ],
      example: uploadExample,
    },
    async ({ query, request, response }) => {
      endWhenSilent(request);
      const principal = principalOf(response);
      const contentType = declaredType(request);
      refuseWrongKind(query.kind, contentType);
      const name = displayName(query.name);
      const { tenantId, id, name: ownerName } = principal;
      const place = query.collection === undefined ? undefined : placeIn(principal, query.collection);
      const ownerHandle = await intake.handleOf({ tenantId, id, name: ownerName }, place);
      const resource = await intake.add({
        tenantId,
        owner: { id, handle: ownerHandle },
        actor: principal.id,
        kind: query.kind,
        path: newPath({ kind: query.kind, ownerHandle, name, contentType }, place),
        place,
        displayName: name,
        contentType,
        body: request,
        sender: principal.id,
        announced: announcedBytes(request),
      });
      response.status(201).location(`${request.baseUrl}/resources/${resource.id}`);
      const { createdAt } = resource;
      return toBody({
        ...{
          ...resource,
          ownerName,
          ownerHandle,
          label: null,
          notes: null,
          durationMs: null,
          revision: 1,
        },
        ...{ updatedAt: createdAt, uploadedAt: createdAt },
      });
    },
  );
}
