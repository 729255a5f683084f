import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import type { Quotas } from './quotas.ts';
import { usageExample } from './usage.examples.ts';

const limit = (what: string) => z.number().int().nullable().describe(`${what}; null: no limit`);
const usage = z.object({
  bytes: z.number().int().describe('Stored, older versions included, and announced by uploads under way'),
  maxBytes: limit('May be stored'),
  resources: z.number().int().describe('Files; older versions are none'),
  maxResources: limit('Files that may be stored'),
});
const usageBody = z
  .object({
    user: usage.describe('What is yours'),
    tenant: usage.describe('What everybody of your tenant has together'),
  })
  .meta({ id: 'StorageUsage' });

/** How much is stored, and may be. */
export function usageRoutes(routes: ApiRoutes, quotas: Quotas): void {
  routes.add(
    {
      operationId: 'getStorageUsage',
      tag: 'resources',
      method: 'get',
      path: '/usage',
      summary: 'How much you and your tenant have stored, and how much it may be',
      access: 'signed-in',
      permission: 'resource:upload',
      responses: { 200: { description: 'At this moment', schema: usageBody } },
      problems: ['sign-in-required', 'forbidden'],
      example: usageExample,
    },
    async ({ response }) => {
      const { tenantId, id: ownerId } = principalOf(response);
      return quotas.use({ tenantId, ownerId });
    },
  );
}
