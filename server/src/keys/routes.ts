import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerReceipt } from '../leases/answer-receipt.ts';
import { dryRunQuery, endingResponses } from '../leases/dry-run.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { listOwnersExample, reinstateExample, revokeExample } from './examples.ts';
import type { OwnerKeys } from './owner-keys.ts';
import { previewOwner } from './owner-preview.ts';

/** As long as a subject may be: whoever owns something can be revoked. */
export const ownerParams = z.object({ id: z.string().min(1).max(255).describe('Of the owner') });
/** Body of every call that changes an owner's keys. */
export const why = z
  .strictObject({ reason: z.string().trim().min(1).max(200).optional().describe('Why, for the audit') })
  .meta({ id: 'OwnerChange' })
  .optional();

const ownerList = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          handle: z.string().describe('Stands for the owner in paths: users/{handle}/...'),
          status: z.enum(['active', 'revoked']),
          generation: z.number().int().describe('Counts the keys this owner has had'),
          resources: z.number().int().describe('How many'),
        })
        .meta({ id: 'Owner' }),
    ),
  })
  .meta({ id: 'OwnerList' });

const reinstated = z
  .object({ owner: z.string(), generation: z.number().int(), epoch: z.number().int() })
  .meta({ id: 'Reinstatement' });

/** Owners and their revocation. */
export function ownerRoutes(routes: ApiRoutes, keys: OwnerKeys, db: TenantDatabase): void {
  routes.add(
    {
      operationId: 'listOwners',
      tag: 'owners',
      method: 'get',
      path: '/owners',
      summary: 'Owners and the state of their keys',
      access: 'signed-in',
      permission: 'owner:view',
      responses: {
        200: {
          description: 'Every owner of the tenant',
          schema: ownerList,
        },
      },
      problems: ['sign-in-required', 'forbidden'],
      example: listOwnersExample,
    },
    async ({ response }) => ({ items: await keys.list(principalOf(response).tenantId) }),
  );

  routes.add(
    {
      operationId: 'revokeOwner',
      tag: 'owners',
      method: 'post',
      path: '/owners/:id/revoke',
      summary: "Kill every URL to everything this owner uploaded, by destroying the owner's keys",
      access: 'signed-in',
      permission: 'owner:revoke',
      params: ownerParams,
      query: dryRunQuery,
      body: why,
      responses: endingResponses,
      problems: ['sign-in-required', 'forbidden', 'unknown-owner'],
      example: revokeExample,
    },
    async ({ params, query, body, request, response }) => {
      const principal = principalOf(response);
      if (query.dryRun === 'true') return previewOwner(db, principal.tenantId, params.id);
      const revocation = await keys.revokeSignatureKey({
        tenantId: principal.tenantId,
        ownerId: params.id,
        actor: principal.id,
        reason: body?.reason,
      });
      return answerReceipt(request, response, revocation);
    },
  );

  routes.add(
    {
      operationId: 'reinstateOwner',
      tag: 'owners',
      method: 'post',
      path: '/owners/:id/reinstate',
      summary: 'Give a revoked owner a new key; URLs signed before stay dead',
      access: 'signed-in',
      permission: 'owner:revoke',
      params: ownerParams,
      body: why,
      responses: {
        200: {
          description: 'The generation of the new key',
          schema: reinstated,
        },
      },
      problems: ['sign-in-required', 'forbidden', 'unknown-owner', 'owner-active', 'owner-erasing'],
      example: reinstateExample,
    },
    async ({ params, body, response }) => {
      const principal = principalOf(response);
      const { generation, epoch } = await keys.reinstate({
        tenantId: principal.tenantId,
        ownerId: params.id,
        actor: principal.id,
        reason: body?.reason,
      });
      return { owner: params.id, generation, epoch };
    },
  );
}
