import { Problem } from '../platform/problem.ts';
import type { Permission } from './permissions.ts';

/** Who calls. The tenant comes from the token, never from the request. */
export interface Principal {
  tenantId: string;
  id: string;
  name: string;
  anonymous: boolean;
  permissions: ReadonlySet<Permission>;
}

/** @returns the principal of a request without a token */
export function anonymousPrincipal(tenantId: string): Principal {
  return { tenantId, id: 'anonymous', name: 'anonymous', anonymous: true, permissions: new Set() };
}

/** 403 `forbidden`: signed in, but this needs a permission the roles do not give. */
export const forbidden = (permission: Permission): Problem =>
  new Problem(403, 'forbidden', 'You may not do this', `This needs the permission ${permission}.`);

/** @throws forbidden */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw forbidden(permission);
}
