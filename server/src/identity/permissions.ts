interface PermissionMeaning {
  /** What it lets somebody do, as `docs/permissions.md` says it. */
  allows: string;
  /** Permissions that come with it. */
  includes?: readonly string[];
  /** Decided, but no call asks for it yet. */
  reserved?: true;
}

/** Every permission there is. Routes and rules ask for permissions, never for roles. */
export const permissions = {
  'resource:view': { allows: 'list public resources and your own, and read their metadata' },
  'resource:view-all': {
    allows: 'list, read and sign every resource of the tenant',
    includes: ['resource:view'],
  },
  'resource:upload': { allows: 'upload resources of your own' },
  'resource:upload-all': {
    allows:
      'overwrite resources of other owners, and posters of their films; uploading for them is for later',
    includes: ['resource:upload'],
  },
  'resource:edit': { allows: 'change label, notes, name and status of any resource of the tenant' },
  'resource:refresh': { allows: 'refresh URLs in batches, and migrate to permanent ones', reserved: true },
  'resource:rotate': { allows: 'end the old URLs of any resource of the tenant' },
  'resource:delete': { allows: 'delete any resource of the tenant' },
  'resource:quarantine': { allows: 'list what is in quarantine, put resources there and release them' },
  'resource:transfer': { allows: 'give any resource of the tenant to another owner' },
  'resource:assign': {
    allows: 'move whatever resource of the tenant one sees into a collection, or out of one',
    includes: ['resource:upload'],
  },
  'collection:create': { allows: 'make collections; whoever makes one looks after it' },
  'collection:manage': {
    allows: 'change, close and open every collection of the tenant, and its members',
    includes: ['collection:create'],
  },
  'signature:revoke': { allows: 'revoke a single signed URL' },
  'path:revoke': { allows: 'end the old URLs of everything under a prefix' },
  'owner:view': { allows: 'list the owners of the tenant and the state of their keys' },
  'owner:revoke': { allows: 'revoke and reinstate owners, and read every receipt of the tenant' },
  'owner:rotate': { allows: "renew an owner's key without revoking the owner" },
  'owner:erase': { allows: 'erase a person and everything they own, and read the certificates' },
  'owner:offboard': {
    allows:
      'plan, undo and list departures: owners who are revoked at a time; a transfer before it takes resource:transfer too',
  },
  'audit:read-own': { allows: 'search the audit rows of your own resources' },
  'audit:read': { allows: 'search every audit row of the tenant', includes: ['audit:read-own'] },
  'audit:export': {
    allows: 'export every audit row of the tenant as CSV or NDJSON',
    includes: ['audit:read'],
  },
  'audit:verify': { allows: 'have the audit of the whole database proved, all tenants in one' },
  'edge:manage': {
    allows: 'add, list, rotate and revoke the credentials of edges, and replace the keys of one that leaked',
  },
  'edge:serve': { allows: 'serve as an edge: comes with the credential of one, and with no role' },
  'policy:explain': { allows: 'ask which rule of the signing policy decides for whom, and why' },
} as const satisfies Record<string, PermissionMeaning>;

/** What somebody may do. */
export type Permission = keyof typeof permissions;

/** The names of all permissions, in the order of the documentation. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]];

const tenantAdministrator: readonly Permission[] = [
  'resource:view-all',
  'resource:upload-all',
  'resource:edit',
  'resource:refresh',
  'resource:rotate',
  'resource:delete',
  'resource:quarantine',
  'resource:transfer',
  'resource:assign',
  'collection:manage',
  'signature:revoke',
  'path:revoke',
  'owner:view',
  'owner:revoke',
  'owner:rotate',
  'edge:manage',
  'owner:erase',
  'owner:offboard',
  'audit:read',
  'audit:export',
  'policy:explain',
];

/**
 * The one table from roles to permissions. `DOC_*`, `BUY`, `SEL` and `ADM` are of specification 002, the others of 004;
 * docs/permissions.md says where the two leave something open, and what was decided.
 */
export const builtInRoles: ReadonlyMap<string, readonly Permission[]> = new Map<
  string,
  readonly Permission[]
>(
  Object.entries({
    DOC_UPL: ['resource:upload'],
    DOC_UPLALL: ['resource:upload-all', 'resource:edit', 'resource:assign'],
    DOC_VIEW: ['resource:view', 'audit:read-own'],
    DOC_VIEWALL: ['resource:view-all', 'resource:edit', 'audit:read-own'],
    BUY: ['resource:view'],
    SEL: ['resource:view'],
    ADM: ['resource:view', 'collection:create'],
    tenantOwner: tenantAdministrator,
    tenantAdmin: tenantAdministrator,
    tenantMember: ['resource:view', 'resource:upload', 'audit:read-own'],
    globalAdmin: [...tenantAdministrator, 'audit:verify'],
  }),
);

/** @returns these permissions and those that come with them */
export function withIncluded(given: Iterable<Permission>): ReadonlySet<Permission> {
  const all = new Set(given);
  // What is added while it is gone through is gone through too.
  for (const permission of all) {
    const meaning: PermissionMeaning = permissions[permission];
    for (const included of meaning.includes ?? []) all.add(included as Permission);
  }
  return all;
}
