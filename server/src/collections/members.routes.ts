import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { collectionRoles } from './collection.ts';
import { addMembersExample, listMembersExample, removeMemberExample } from './examples.ts';
import type { Members } from './members.ts';
import { collectionParams } from './routes.ts';

const person = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'no control characters, and no half of a surrogate pair');
const role = z.enum(collectionRoles);

const memberPage = z
  .object({
    items: z.array(z.object({ id: z.string(), role, addedAt: z.iso.datetime() }).meta({ id: 'Member' })),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
    total: z.number().int().describe('On all pages'),
  })
  .meta({ id: 'MemberPage' });

const addBody = z
  .strictObject({
    members: z
      .array(z.strictObject({ id: person.describe('As tokens name the person'), role }))
      .min(1)
      .max(200),
  })
  .meta({ id: 'NewMembers' });

const changedBody = z
  .object({ changed: z.number().int().describe('For how many people that changed something') })
  .meta({ id: 'MembersChanged' });

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: person.optional().describe('`nextCursor` of the page before'),
});

const common = { tag: 'collections', access: 'signed-in' } as const;
const problems = ['sign-in-required', 'forbidden', 'invalid-request', 'not-found'];

/** Who is in a collection. */
export function memberRoutes(routes: ApiRoutes, members: Members): void {
  routes.add(
    {
      ...common,
      operationId: 'listMembers',
      method: 'get',
      path: '/collections/:id/members',
      summary: 'Members of a collection that you are in; all with resource:view-all',
      permission: 'resource:view',
      ofOthers: 'resource:view-all',
      params: collectionParams,
      query: listQuery,
      responses: { 200: { description: 'One page, in the order of ids', schema: memberPage } },
      problems,
      example: listMembersExample,
    },
    async ({ params: { id }, query: { limit, cursor }, response }) => {
      const page = { collectionId: id, after: cursor, limit };
      const { items, total } = await members.list(principalOf(response), page);
      const last = items.length === limit ? items.at(-1) : undefined;
      return {
        items: items.map(({ addedAt, ...member }) => ({ ...member, addedAt: addedAt.toISOString() })),
        nextCursor: last?.id ?? null,
        total,
      };
    },
  );

  routes.add(
    {
      ...common,
      operationId: 'addMembers',
      method: 'post',
      path: '/collections/:id/members',
      summary: 'Add up to 200 members, or give them another role; all of them or none',
      description: 'For its `ADM`. It may be repeated.',
      ofOthers: 'collection:manage',
      params: collectionParams,
      body: addBody,
      responses: { 200: { description: 'They are members', schema: changedBody } },
      problems: [...problems, 'quota-exceeded'],
      example: addMembersExample,
    },
    async ({ params: { id }, body, response }) => ({
      changed: await members.add(principalOf(response), id, body.members),
    }),
  );

  routes.add(
    {
      ...common,
      operationId: 'removeMember',
      method: 'delete',
      path: '/collections/:id/members/:member',
      summary: 'Remove a member: the person sees and signs nothing more by being one',
      description:
        'For its `ADM`; everybody may remove themselves. URLs that the person was given before work until they expire. It may be repeated.',
      ofOthers: 'collection:manage',
      params: collectionParams.extend({ member: person.describe('Id of the person') }),
      responses: { 200: { description: 'The person is no member', schema: changedBody } },
      problems,
      example: removeMemberExample,
    },
    async ({ params: { id, member }, response }) => {
      const removed = await members.remove(principalOf(response), id, member);
      return { changed: removed ? 1 : 0 };
    },
  );
}
