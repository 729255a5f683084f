import type { Permission } from '../identity/permissions.ts';
import { readRolesFile } from '../identity/roles-file.ts';
import { RoleTable } from '../identity/roles.ts';

/**
 * @returns what the server of this environment lets somebody with these roles do
 * @throws StartError that names ROLES_FILE and what is wrong in it
 */
export async function permissionsFor(roles: readonly string[]): Promise<ReadonlySet<Permission>> {
  const file = process.env['ROLES_FILE'];
  return new RoleTable(file ? await readRolesFile(file) : {}).permissionsOf(roles);
}
