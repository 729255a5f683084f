/** A sample person one can sign in as. */
export interface Person {
  id: string;
  name: string;
  /** The first role of the token, e.g. `tenantMember`. */
  role: string;
}

/** Roles that may revoke keys and read the whole audit. */
const ADMINISTRATORS: readonly string[] = ['tenantAdmin', 'tenantOwner'];

export function isAdministrator(person: Person): boolean {
  return ADMINISTRATORS.includes(person.role);
}

/** What to call a role in the menu. */
export function roleName(person: Person): string {
  return isAdministrator(person) ? 'Administrator' : 'Employee';
}
