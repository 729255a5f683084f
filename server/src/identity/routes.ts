import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import { loopbackOnly } from './loopback-only.ts';
import type { ApiRoutes } from './route-access.ts';
import { issueToken, type TokenSubject } from './tokens.ts';

const person = z
  .strictObject({ person: z.string().min(1).max(64).describe('Id of a sample person') })
  .meta({ id: 'SignInRequest' });
const people = z
  .object({ people: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })) })
  .meta({ id: 'SamplePeople' });
const session = z.object({ token: z.string().describe('For Authorization: Bearer') }).meta({ id: 'Session' });

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
      operationId: 'listSamplePeople',
      tag: 'session',
      method: 'get',
      path: '/session',
      summary: 'The sample people one can sign in as (embedded mode, loopback only)',
      access: 'anonymous',
      responses: { 200: { description: 'The sample people', schema: people } },
      problems: ['loopback-only'],
      example: { answers: { 200: { people: [{ id: 'ada', name: 'Ada', role: 'tenantMember' }] } } },
    },
    () => ({ people: known.map(({ id, name, roles }) => ({ id, name, role: roles[0] ?? '' })) }),
    [loopbackOnly],
  );
  routes.add(
    {
      operationId: 'createSession',
      tag: 'session',
      method: 'post',
      path: '/session',
      summary: 'Sign in as a sample person (embedded mode, loopback only)',
      access: 'anonymous',
      body: person,
      responses: {
        200: { description: 'A bearer token for 8 hours', schema: session },
      },
      problems: ['loopback-only', 'unknown-person', 'invalid-request'],
      example: { body: { person: 'ada' }, answers: { 200: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA' } } },
    },
    ({ body }) => {
      const subject = known.find(({ id }) => id === body.person);
      if (!subject) throw unknownPerson(known);
      return { token: issueToken(subject, secret) };
    },
    [loopbackOnly],
  );
}
