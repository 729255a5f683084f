import { Problem } from '../platform/problem.ts';
import type { Permission } from './permissions.ts';

/** Who calls. The tenant comes from the token, never from the request. */
export interface Principal {
  tenantId: string;
  id: string;
  name: string;
  anonymous: boolean;
  /** A service calls in its own name, a user through an application. */
  kind: 'user' | 'service' | 'anonymous';
  /** As the token names them, also those that nobody here knows. */
  roles: readonly string[];
  permissions: ReadonlySet<Permission>;
}

/** Id of whoever is not signed in; no token may name it. */
export const ANONYMOUS = 'anonymous';

/** Whom the audit names where nobody with a token acted: this server, its samples, an operator, somebody erased. */
const NO_SUBJECT = /^(?:anonymous|system|samples|cli:.*|erased-.*)$/s;

/** @returns whether no token may name it: else somebody could do things in the audit's name of who did them */
export const isReservedName = (id: string): boolean => NO_SUBJECT.test(id);

/** @returns the principal of a request without a token */
export function anonymousPrincipal(tenantId: string): Principal {
  return {
    tenantId,
    id: ANONYMOUS,
    name: ANONYMOUS,
    anonymous: true,
    kind: 'anonymous',
    roles: [],
    permissions: new Set(),
  };
}

/** 403 `forbidden`: signed in, but this needs a permission the roles do not give. */
export const forbidden = (permission: Permission): Problem =>
  new Problem(403, 'forbidden', 'You may not do this', `This needs the permission ${permission}.`);

/** @throws forbidden */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw forbidden(permission);
}
