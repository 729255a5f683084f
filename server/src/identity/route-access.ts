import type { RequestHandler } from 'express';
import type { RouteGuard, RouteNeed, RouteTable } from '../platform/route.ts';
import { principalOf } from './authenticate.ts';
import type { Permission } from './permissions.ts';
import { requirePermission } from './principal.ts';
import { signInRequired } from './tokens.ts';

/** The routes of the API. A contract names the permission its route needs; nothing else of it is asked here. */
export type ApiRoutes = RouteTable<Permission>;

/**
 * The one place that decides who may call which route. It runs after `authenticate` and before anything of the request
 * is parsed: 401 `sign-in-required` for those who are nobody, 403 `forbidden` for those whose roles do not suffice.
 * *Which* rows of a route somebody sees is for a rule of its feature.
 */
export const routeAccess: RouteGuard<Permission> = {
  before({ access, permission }: RouteNeed<Permission>): RequestHandler | undefined {
    if (access === 'anonymous') return undefined;
    return (_request, response, next) => {
      const principal = principalOf(response);
      if (principal.anonymous) throw signInRequired();
      if (permission) requirePermission(principal, permission);
      next();
    };
  },
};
