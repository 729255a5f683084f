import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { invalidRequest } from '../platform/problem.ts';
import { expectedRevision } from '../resources/expected-revision.ts';
import { metadataText } from '../resources/metadata-text.ts';
import { collectionCursor, collectionPosition } from './cursor.ts';
import { collectionRoles } from './collection.ts';
import type { Collections, MetCollection } from './collections.ts';
import { changeExample, createExample, getExample, listExample } from './examples.ts';

/** The id of a collection in a path. */
export const collectionParams = z.object({ id: z.string().min(1).max(64).describe('Of the collection') });

const collectionBody = z
  .object({
    id: z.string(),
    name: z.string(),
    externalId: z.string().nullable().describe('What another system calls it'),
    interestedRoles: z.array(z.string()).describe('Whoever has one of these roles in the token is in it'),
    status: z.enum(['active', 'archived']),
    role: z
      .enum(collectionRoles)
      .nullable()
      .describe('What you are in it; null: nothing, and you see it by a permission'),
    revision: z.number().int().describe('For If-Match: counts its changes'),
    createdBy: z.string().nullable().describe('null: the person was erased'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Collection' });

const collectionPage = z
  .object({
    items: z.array(collectionBody),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
    total: z.number().int().describe('On all pages; counted to 10 000'),
    totalIsLowerBound: z.boolean().describe('There are more than `total`'),
  })
  .meta({ id: 'CollectionPage' });

const name = z.string().min(1).max(200).describe('As people see it; it may name a customer');
const externalId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.:/-]+$/, 'letters, digits and _ . : / - only')
  .describe(
    'What another system calls it, e.g. the number of an order; unique in the tenant. Takes collection:manage',
  );
const interestedRoles = z
  .array(
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'no control characters, and no half of a surrogate pair'),
  )
  .max(20)
  .refine((roles) => new Set(roles).size === roles.length, 'names a role twice')
  .describe('Whoever has one of these roles in the token is in it: BUY, SEL, ADM, or a role of your own');

const createBody = z
  .strictObject({
    name,
    externalId: externalId.nullable().default(null),
    interestedRoles: interestedRoles.default([]),
  })
  .meta({ id: 'NewCollection' });

const changeBody = z
  .strictObject({
    name: name.optional(),
    externalId: externalId.nullable().optional(),
    interestedRoles: interestedRoles.optional(),
    status: z
      .enum(['active', 'archived'])
      .optional()
      .describe('archived: nothing is added to it or taken out of it any more'),
  })
  .refine((edit) => Object.keys(edit).length > 0, { error: 'name at least one field to change' })
  .meta({ id: 'CollectionEdit' });

const listQuery = z.strictObject({
  status: z.enum(['active', 'archived']).optional().describe('Only those; absent: all'),
  externalId: z
    .string()
    .max(200)
    .regex(/^[^\0]*$/)
    .optional()
    .describe('Exactly this one'),
  search: z
    .string()
    .max(200)
    .regex(/^[^\0]*$/)
    .optional()
    .describe('Part of the name, in upper or lower case'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z.string().max(4096).optional().describe('`nextCursor` of the page before'),
});

const common = { tag: 'collections', access: 'signed-in' } as const;
const problems = ['sign-in-required', 'forbidden', 'invalid-request'];

/** Collections: made, listed, read, renamed, closed. */
export function collectionRoutes(routes: ApiRoutes, collections: Collections): void {
  routes.add(
    {
      ...common,
      operationId: 'createCollection',
      method: 'post',
      path: '/collections',
      summary: 'Make a collection: an order, a project, a gallery; you are its first member, as ADM',
      permission: 'collection:create',
      body: createBody,
      responses: {
        201: { description: 'Made', schema: collectionBody, headers: { Location: 'The collection' } },
      },
      description:
        'An `externalId` takes collection:manage: a number that one collection has is not for whoever comes first.',
      problems: [...problems, 'collection-exists', 'owner-revoked', 'quota-exceeded'],
      example: createExample,
    },
    async ({ body, request, response }) => {
      const made = await collections.create(principalOf(response), { ...body, name: nameOf(body.name) });
      response.status(201).location(`${request.baseUrl}/collections/${made.id}`);
      return toBody(made);
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'listCollections',
      method: 'get',
      path: '/collections',
      summary: 'Collections that you are in, or all with resource:view-all',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      query: listQuery,
      responses: { 200: { description: 'One page, in the order of names', schema: collectionPage } },
      problems,
      example: listExample,
    },
    async ({ query: { cursor, ...query }, response }) => {
      const after = cursor === undefined ? undefined : collectionPosition(cursor);
      const { items, ...total } = await collections.list(principalOf(response), { ...query, after });
      const last = items.length === query.limit ? items.at(-1) : undefined;
      return { items: items.map(toBody), nextCursor: last ? collectionCursor(last) : null, ...total };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'getCollection',
      method: 'get',
      path: '/collections/:id',
      summary: 'One collection',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      params: collectionParams,
      responses: { 200: { description: 'As it is', schema: collectionBody } },
      problems: [...problems, 'not-found'],
      example: getExample,
    },
    async ({ params: { id }, response }) => toBody(await collections.get(principalOf(response), id)),
  );

  routes.add(
    {
      ...common,
      operationId: 'changeCollection',
      method: 'patch',
      path: '/collections/:id',
      summary: 'Rename a collection, close or open it, or change who is interested in it',
      description:
        'For its `ADM`; `externalId` takes collection:manage. Send `If-Match: "{revision}"` to change only what you have read.',
      ofOthers: 'collection:manage',
      params: collectionParams,
      body: changeBody,
      responses: { 200: { description: 'As it is now', schema: collectionBody } },
      problems: [...problems, 'not-found', 'changed-meanwhile', 'collection-exists'],
      example: changeExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const edit = { ...body, name: body.name === undefined ? undefined : nameOf(body.name) };
      const revision = expectedRevision(request.headers['if-match']);
      return toBody(await collections.change(principalOf(response), { id, edit, revision }));
    },
  );
}

/** @throws Problem invalid-request */
function nameOf(text: string): string {
  const normal = metadataText('body.name', text);
  if (normal === null) throw invalidRequest('body.name: nothing but blanks');
  return normal;
}

function toBody({
  id,
  name,
  externalId,
  interestedRoles,
  status,
  role,
  revision,
  createdBy,
  createdAt,
  updatedAt,
}: MetCollection): z.output<typeof collectionBody> {
  return {
    ...{ id, name, externalId, interestedRoles, status, role, revision, createdBy },
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  };
}
