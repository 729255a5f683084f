import { Router } from 'express';
import type { Assembly } from '../assembly.ts';
import { RouteTable, type AnyContract } from '../platform/route.ts';
import { registerRoutes } from '../router.ts';

/** `GET /resources/:id`: how tables of tests and documentation name a route. */
export const routeName = ({ method, path }: Pick<AnyContract, 'method' | 'path'>): string =>
  `${method.toUpperCase()} ${path}`;

/**
 * The contracts of all routes of the API, those of the embedded mode included; registering them touches nothing.
 *
 * @throws Error when a feature has registered a route beside the table, where nobody asks who calls
 */
export function documentedRoutes(): readonly AnyContract[] {
  const person = { id: 'ada', name: 'Ada', tenantId: 'default', roles: [] };
  const routes = new RouteTable(Router());
  registerRoutes(routes, { config: { samplePeople: [person], jwtSecret: '' } } as unknown as Assembly);
  if (routes.router.stack.length !== routes.contracts.length) {
    throw new Error('a route was registered beside the table: use routes.add');
  }
  return routes.contracts;
}
