import { z } from 'zod';
import { builtInRoles, permissionNames, withIncluded, type Permission } from './permissions.ts';

const quoted = (input: unknown): string => JSON.stringify(input) ?? 'nothing';

const permission = z.enum(permissionNames, {
  error: ({ input }) =>
    `${quoted(input)} is not a permission. Permissions are ${permissionNames.join(', ')}.`,
});

const builtInRole = z.enum([...builtInRoles.keys()], {
  error: ({ input }) =>
    `${quoted(input)} is not a built-in role. Those are ${[...builtInRoles.keys()].join(', ')}.`,
});

const setting = z
  .strictObject({
    like: builtInRole.optional(),
    adds: z.array(permission).optional(),
    only: z.array(permission).optional(),
  })
  .refine(
    ({ like, adds, only }) => only === undefined || (like === undefined && adds === undefined),
    '"only" replaces everything, so it stands alone: leave "like" and "adds" out.',
  )
  .refine(
    ({ like, adds, only }) => like ?? adds ?? only,
    'say what the role may do: "adds" (permissions), "like" (a built-in role) or "only" (permissions).',
  );

/**
 * Roles of a deployment, by name. `adds` gives permissions to a built-in role, or makes a new one; `like` gives what a
 * built-in role gives, for roles that have other names at your issuer; `only` replaces: the one way to take away.
 */
export const roleSettings = z.record(z.string().min(1).max(64), setting, {
  error: ({ code }) => (code === 'invalid_key' ? 'the name of a role has 1 to 64 characters.' : undefined),
});

/** What configuration says of roles, e.g. `{ AUDITOR: { adds: ['audit:read'] } }`. */
export type RoleSettings = z.output<typeof roleSettings>;

/** What every role of this deployment may do. */
export class RoleTable {
  readonly #permissions: ReadonlyMap<string, ReadonlySet<Permission>>;

  /** @param settings as `roleSettings` has checked them; none: the built-in roles */
  constructor(settings: RoleSettings = {}) {
    const all = new Map(builtInRoles);
    for (const [role, { like, adds = [], only }] of Object.entries(settings)) {
      const same = like === undefined ? [] : (builtInRoles.get(like) ?? []);
      all.set(role, only ?? [...(builtInRoles.get(role) ?? []), ...same, ...adds]);
    }
    this.#permissions = new Map([...all].map(([role, given]) => [role, withIncluded(given)]));
  }

  /** @param roles names from a token; unknown ones give nothing */
  permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
    return new Set(roles.flatMap((role) => [...(this.#permissions.get(role) ?? [])]));
  }
}
