import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import { ANONYMOUS, anonymousPrincipal, type Principal } from '../identity/principal.ts';
import type { RoleTable } from '../identity/roles.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { explainExample } from './examples.ts';
import type { PolicyExplainer } from './explain.ts';

const somebody = z
  .strictObject({
    id: z.string().min(1).max(255).optional().describe('Default: somebody who owns nothing'),
    roles: z
      .array(z.string().max(64))
      .max(64)
      .optional()
      .describe('As a token would name them. Default: none'),
    anonymous: z.literal(true).optional().describe('Somebody who is not signed in'),
  })
  .refine(({ id, roles, anonymous }) => !anonymous || (id === undefined && roles === undefined), {
    message: 'somebody anonymous has neither id nor roles',
  })
  .refine(({ id }) => id !== ANONYMOUS, {
    path: ['id'],
    message: 'no token can name this id; for somebody who is not signed in write {"anonymous": true}',
  })
  .refine((as) => Object.values(as).some((value) => value !== undefined), {
    message: 'name an id, roles, or anonymous',
  });

const explainRequest = z
  .strictObject({
    path: z.string().min(1).max(1024).describe('Canonical key, e.g. public/team/avatar-2.jpg'),
    as: somebody.optional().describe('Who would sign. Default: you'),
  })
  .meta({ id: 'ExplainRequest' });

const explanation = z
  .object({
    path: z.string(),
    as: z.object({ id: z.string(), roles: z.array(z.string()), anonymous: z.boolean() }),
    allowed: z.boolean().describe('Whether signing would answer with a URL'),
    code: z.enum(['not-allowed', 'owner-revoked']).optional().describe('With which it would refuse'),
    rule: z
      .object({ number: z.int(), text: z.string(), note: z.string().optional() })
      .nullable()
      .describe('The rule that decides, numbered from 1; null: none'),
    defaultMinutes: z.int().optional(),
    maxMinutes: z.int().optional(),
    steps: z
      .array(z.object({ rule: z.int().optional(), text: z.string() }))
      .describe('What was looked at, in order'),
    policy: z.object({
      source: z.enum(['default', 'configuration', 'file']),
      since: z.iso.datetime(),
      rules: z.int(),
      broken: z
        .object({ since: z.iso.datetime(), fault: z.string() })
        .optional()
        .describe('The policy file cannot be used as it is now: the rules before it go on deciding'),
    }),
  })
  .meta({ id: 'PolicyExplanation' });

/** `POST /policy/explain`. */
export function explainRoutes(routes: ApiRoutes, explainer: PolicyExplainer, roles: RoleTable): void {
  routes.add(
    {
      operationId: 'explainPolicy',
      tag: 'signing',
      method: 'post',
      path: '/policy/explain',
      summary: 'Say which rule decides whether somebody may sign a path, and why',
      access: 'signed-in',
      permission: 'policy:explain',
      body: explainRequest,
      responses: { 200: { description: 'What signing would answer', schema: explanation } },
      problems: ['invalid-request', 'invalid-path', 'invalid-token', 'sign-in-required', 'forbidden'],
      example: explainExample,
    },
    ({ body, response }) => explainer.explain(body.path, principalFor(body.as, principalOf(response), roles)),
  );
}

function principalFor(
  as: z.output<typeof somebody> | undefined,
  caller: Principal,
  table: RoleTable,
): Principal {
  if (!as) return caller;
  if (as.anonymous) return anonymousPrincipal(caller.tenantId);
  const { id = '', roles = [] } = as;
  return {
    tenantId: caller.tenantId,
    id,
    name: id,
    anonymous: false,
    kind: 'user',
    roles,
    permissions: table.permissionsOf(roles),
  };
}
