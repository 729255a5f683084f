import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { rotateExample } from './examples.ts';
import type { KeyRotation } from './key-rotation.ts';
import { ownerParams, why } from './routes.ts';

const rotated = z
  .object({
    owner: z.string(),
    generation: z.number().int().describe('Of the key that signs from now on'),
    epoch: z.number().int(),
    oldKeyEndsAt: z.iso
      .datetime()
      .nullable()
      .describe('When the old key may be destroyed: its last URL has expired then. null: there was none'),
  })
  .meta({ id: 'Rotation' });

/** Renewing the key of an owner. */
export function rotationRoutes(routes: ApiRoutes, rotation: KeyRotation): void {
  routes.add(
    {
      operationId: 'rotateOwner',
      tag: 'owners',
      method: 'post',
      path: '/owners/:id/rotate',
      summary:
        "Renew an owner's key: new URLs are signed with a new one, old ones go on working until they expire",
      access: 'signed-in',
      permission: 'owner:rotate',
      params: ownerParams,
      body: why,
      responses: { 200: { description: 'The new key', schema: rotated } },
      problems: ['sign-in-required', 'forbidden', 'unknown-owner', 'nothing-to-rotate'],
      example: rotateExample,
    },
    async ({ params, body, response }) => {
      const principal = principalOf(response);
      const { generation, epoch, oldKeyEndsAt } = await rotation.rotate({
        tenantId: principal.tenantId,
        ownerId: params.id,
        actor: principal.id,
        reason: body?.reason,
      });
      return { owner: params.id, generation, epoch, oldKeyEndsAt: oldKeyEndsAt?.toISOString() ?? null };
    },
  );
}
