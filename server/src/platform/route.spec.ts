import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';
import { RouteTable, type RouteGuard } from './route.ts';

/** Answers what one route, registered in a table with this guard, says to a body that is not valid. */
async function statusOf(
  access: 'anonymous' | 'signed-in',
  guard?: RouteGuard,
  { method = 'post', query = '' }: { method?: 'post' | 'get'; query?: string } = {},
): Promise<number> {
  const app = express();
  const routes = new RouteTable(app, [], guard);
  routes.add(
    {
      operationId: 'test',
      tag: 'test',
      method,
      path: '/',
      summary: '',
      access,
      ...(method === 'post' ? { body: z.object({}) } : {}),
      responses: {},
      problems: [],
      example: { answers: {} },
    },
    () => ({}),
  );
  app.use(((_error, _request, response, _next) => {
    response.sendStatus(418);
  }) as express.ErrorRequestHandler);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/${query}`, {
    method,
    ...(method === 'post' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
  });
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
  return response.status;
}

describe('a table of routes', () => {
  it('lets nobody in where it was given no guard, but where everybody may call', async () => {
    expect(await statusOf('signed-in')).toBe(418);
    expect(await statusOf('anonymous')).toBe(200);
  });

  it('asks its guard what runs before a handler', async () => {
    const asked: unknown[] = [];
    const guard: RouteGuard = {
      before: ({ access }) => {
        asked.push(access);
        return (_request, response) => void response.sendStatus(403);
      },
    };
    expect(await statusOf('signed-in', guard)).toBe(403);
    expect(asked).toEqual(['signed-in']);
  });

  it('takes no query of a call that changes something and has none, e.g. no dryRun that it does not know', async () => {
    expect(await statusOf('anonymous', undefined, { query: '?dryRun=true' })).toBe(418);
    expect(await statusOf('anonymous', undefined, { query: '?' })).toBe(200);
    expect(await statusOf('anonymous', undefined, { method: 'get', query: '?t=1' })).toBe(200);
  });
});
