/** What somebody may do. Routes and rules ask for permissions, never for roles. */
export type Permission =
  | 'resource:view-all'
  | 'resource:upload'
  | 'owner:view'
  | 'owner:revoke'
  | 'audit:read-own'
  | 'audit:read'
  | 'audit:export'
  | 'audit:verify';

const member: readonly Permission[] = ['resource:upload', 'audit:read-own'];
const administrator: readonly Permission[] = [
  ...member,
  'resource:view-all',
  'owner:view',
  'owner:revoke',
  'audit:read',
  'audit:export',
];

/** The one table from roles (token claims; specifications 002 and 004) to permissions. */
const permissionsByRole: Readonly<Record<string, readonly Permission[]>> = {
  tenantMember: member,
  tenantAdmin: administrator,
  tenantOwner: administrator,
  // The proof is of the whole log, of all tenants.
  globalAdmin: ['audit:verify'],
  DOC_UPL: ['resource:upload'],
  DOC_VIEW: ['audit:read-own'],
  DOC_VIEWALL: ['resource:view-all'],
};

/** @param roles names from the token; unknown ones give nothing */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(
    roles.flatMap((role) => (Object.hasOwn(permissionsByRole, role) ? (permissionsByRole[role] ?? []) : [])),
  );
}
