import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { systemClock } from '../platform/clock.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { searchAudit } from './search.ts';
import type { FoundRow } from './search.store.ts';
import { visibleRows } from './visible-rows.ts';

const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !value.includes('\0'), 'must not hold NUL');

const query = z.strictObject({
  path: text(1024).optional(),
  owner: text(256).optional(),
  signatureId: text(64).optional(),
  event: z
    .string()
    .regex(/^[a-z][a-z-]{0,63}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(256).optional(),
});

const row = z.object({
  at: z.iso.datetime(),
  event: z.string(),
  path: z.string().nullable(),
  resourceId: z.string().nullable(),
  signatureId: z.string().nullable(),
  actor: z.string().nullable(),
  owner: z.string().nullable(),
  reason: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  status: z.number().int().nullable(),
  bytes: z.number().int().nullable(),
  holder: z.string().nullable(),
});

/** Search of the audit log. */
export function auditRoutes(routes: ApiRoutes, db: TenantDatabase): void {
  routes.add(
    {
      method: 'get',
      path: '/audit/logs',
      summary: 'Audit rows, newest first: of your own resources, or all with audit:read',
      access: 'signed-in',
      permission: 'audit:read-own',
      ofOthers: 'audit:read',
      query,
      responses: {
        200: {
          description: 'One page',
          schema: z.object({ items: z.array(row), nextCursor: z.string().nullable() }),
        },
      },
      problems: ['sign-in-required', 'forbidden', 'invalid-request'],
    },
    async ({ query: asked, response }) => {
      const scope = visibleRows(principalOf(response));
      const { items, nextCursor } = await searchAudit(db, systemClock, scope, asked);
      return { items: items.map(toBody), nextCursor };
    },
  );
}

function toBody(found: FoundRow): z.output<typeof row> {
  const { event, path, resourceId, signatureId, actor, owner, reason, status, bytes, holder } = found;
  const at = found.at.toISOString();
  const expiresAt = found.expiresAt?.toISOString() ?? null;
  return { at, event, path, resourceId, signatureId, actor, owner, reason, expiresAt, status, bytes, holder };
}
