import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { RouteTable } from '../platform/route.ts';
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

const LOOPBACK_ADDRESSES = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** A proxy on this machine speaks for callers that are elsewhere. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

const notLoopback = (): Problem =>
  new Problem(
    403,
    'loopback-only',
    'Sample people sign in on this machine only',
    'Open the server by its loopback address, e.g. http://127.0.0.1:3000.',
  );

// The Host header too: a page of a foreign name that resolves to 127.0.0.1 must not become an administrator.
const loopbackOnly: RequestHandler = (request, _response, next) => {
  if (!LOOPBACK_ADDRESSES.has(request.socket.remoteAddress ?? '')) throw notLoopback();
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) throw notLoopback();
  if (PROXY_HEADERS.some((name) => request.headers[name] !== undefined)) throw notLoopback();
  const { origin } = request.headers;
  if (origin !== undefined && !LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, ''))) throw notLoopback();
  next();
};

/** The built-in sign-in of the embedded mode: anybody on this machine may be any of the sample people. */
export function sampleSessionRoutes(
  routes: RouteTable,
  known: readonly TokenSubject[],
  secret: string,
): void {
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
