import { usualProblems } from '../api-document.ts';
import type { AnyContract } from '../platform/route.ts';
import { documentedRoutes, routeName } from './documented-routes.ts';

const API = '/api';

interface KnownRoute {
  contract: AnyContract;
  path: RegExp;
}

let known: readonly KnownRoute[] | undefined;

/** Those without parameters first, as the router has them. */
function knownRoutes(): readonly KnownRoute[] {
  return (known ??= documentedRoutes()
    .map((contract) => ({ contract, path: new RegExp(`^${contract.path.replace(/:\w+/g, '[^/]+')}$`) }))
    .sort((a, b) => Number(a.contract.path.includes(':')) - Number(b.contract.path.includes(':'))));
}

/**
 * Compares an answer of the API with the contract of its route, of which the OpenAPI document is made.
 *
 * @param target path and query
 * @returns the route with the problem that it does not name; undefined: it does, or it was no problem
 */
export async function undeclaredProblem(
  method: string,
  target: string,
  response: Response,
): Promise<string | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const [path = ''] = target.split('?');
  if (method.toUpperCase() === 'HEAD' || !path.startsWith(`${API}/`)) return undefined;
  const route = knownRoutes().find(
    ({ contract, path: pattern }) =>
      contract.method === method.toLowerCase() && pattern.test(path.slice(API.length)),
  );
  if (!route) return undefined;
  const { contract } = route;
  const { code } = (await response.clone().json()) as { code: string };
  if ([...contract.problems, ...usualProblems(contract)].includes(code)) return undefined;
  return `${routeName(contract)}: ${response.status} ${code}`;
}
