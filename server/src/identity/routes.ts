import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import { loopbackOnly } from './loopback-only.ts';
import type { ApiRoutes } from './route-access.ts';
import { issueToken, type TokenSubject } from './tokens.ts';

const person = z.strictObject({ person: z.string().min(1).max(64) });
const people = z.object({
  people: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
});

const unknownPerson = (known: readonly TokenSubject[]): Problem =>
  new Problem(
    404,
    'unknown-person',
    'There is no such sample person',
    `Sample people: ${known.map(({ id }) => id).join(', ')}.`,
  );

/** The built-in sign-in of the embedded mode: anybody on this machine may be any of the sample people. */
export function sampleSessionRoutes(routes: ApiRoutes, known: readonly TokenSubject[], secret: string): void {
  routes.add(
    {
      method: 'get',
      path: '/session',
      summary: 'The sample people one can sign in as (embedded mode, loopback only)',
      access: 'anonymous',
      responses: { 200: { description: 'The sample people', schema: people } },
      problems: ['loopback-only'],
    },
    () => ({ people: known.map(({ id, name, roles }) => ({ id, name, role: roles[0] ?? '' })) }),
    [loopbackOnly],
  );
  routes.add(
    {
      method: 'post',
      path: '/session',
      summary: 'Sign in as a sample person (embedded mode, loopback only)',
      access: 'anonymous',
      body: person,
      responses: {
        200: { description: 'A bearer token for 8 hours', schema: z.object({ token: z.string() }) },
      },
      problems: ['loopback-only', 'unknown-person', 'invalid-request'],
    },
    ({ body }) => {
      const subject = known.find(({ id }) => id === body.person);
      if (!subject) throw unknownPerson(known);
      return { token: issueToken(subject, secret) };
    },
    [loopbackOnly],
  );
}
