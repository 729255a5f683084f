import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import { ExactRoutes, type RouteHandler } from './exact-routes.ts';

interface Told {
  by: string;
  url: string;
  baseUrl: string;
  originalUrl: string;
  query: unknown;
}

const told = (by: string, request: Request): Told => ({
  by,
  url: request.url,
  baseUrl: request.baseUrl,
  originalUrl: request.originalUrl,
  query: { ...request.query },
});

/** Says by which way it was reached: `exactly` or `express`. */
const answer = (name: string): RequestHandler =>
  function answered(request, response) {
    response.json(told(`${name} ${String(response.locals['way'])}`, request));
  };

const fails: Record<string, RequestHandler> = {
  throws: () => {
    throw new Error('thrown');
  },
  rejects: () => Promise.reject(new Error('rejected')),
  passes: (_request, _response, next) => next(new Error('passed')),
  'rejects-nothing': () => Promise.reject(undefined as unknown as Error),
};

const onError: ErrorRequestHandler = (error: Error, request, response, _next) => {
  response.status(500).json({ ...told(error.message, request), way: response.locals['way'] as string });
};

const goesOn: RequestHandler = (_request, _response, next) => next();

const routed: [method: 'get' | 'post', path: string, handlers: RouteHandler[]][] = [
  ['post', '/sign', [answer('sign')]],
  ['post', '/sign', [answer('a second one')]],
  ['get', '/list', [goesOn, answer('list')]],
  ['get', '/list/:id', [answer('one of the list')]],
  ['get', '/list{/:id}/more', [answer('more')]],
  ['get', '/leaves', [goesOn]],
  ...Object.entries(fails).map(
    ([name, handler]) => ['get', `/${name}`, [handler, answer('too far')]] as ['get', string, RouteHandler[]],
  ),
  [
    'get',
    '/changes-its-mind',
    [
      fails['throws'] as RequestHandler,
      ((error: Error, _request, _response, next) =>
        next(new Error(`${error.message}, then told`))) as ErrorRequestHandler,
      answer('too far'),
    ],
  ],
];

describe('ExactRoutes', () => {
  let server: Server;
  let origin: string;

  /** The same routes twice: by look-up with Express behind it, and by Express alone. */
  beforeAll(async () => {
    const way =
      (name: string): RequestHandler =>
      (_request, response, next) => {
        response.locals['way'] = name;
        next();
      };
    const exact = new ExactRoutes();
    const api = Router();
    for (const [method, path, handlers] of routed) {
      api[method](path, ...handlers);
      exact.add(method, path, handlers);
    }
    const byExpress = Router().use('/api', way('express'), api, onError);
    const app = express();
    app.use('/both', exact.handler('/api', { before: [way('exactly')], onError }), byExpress);
    app.use('/express', byExpress);
    app.use((request, response) => void response.status(404).json(told('nobody', request)));
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (method: string, path: string): Promise<{ status: number; body: Told }> => {
    const response = await fetch(origin + path, { method });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : {}) as Told };
  };

  const spelt: [method: string, path: string, by: string, way: 'exactly' | 'express' | ''][] = [
    ['POST', '/api/sign', 'sign', 'exactly'],
    ['POST', '/api/sign?why=x&why=y', 'sign', 'exactly'],
    ['GET', '/api/list', 'list', 'exactly'],
    ['GET', '/api/list?', 'list', 'exactly'],
    ['POST', '/api/sign/', 'sign', 'express'],
    ['POST', '/API/Sign', 'sign', 'express'],
    ['GET', '/api/list/7', 'one of the list', 'express'],
    ['GET', '/api/list/7/more', 'more', 'express'],
    ['GET', '/api/sign', 'nobody', ''],
    ['POST', '/api/%73ign', 'nobody', ''],
    ['POST', '/api//sign', 'nobody', ''],
    ['POST', '/other/api/sign', 'nobody', ''],
    ['GET', '/api/leaves', 'nobody', ''],
  ];
  for (const [method, path, by, way] of spelt) {
    it(`answers ${method} ${path} as Express does: ${by}${way ? `, ${way}` : ''}`, async () => {
      const [mine, express] = [await ask(method, `/both${path}`), await ask(method, `/express${path}`)];
      expect(mine.body.by).toBe(way ? `${by} ${way}` : by);
      expect(mine.status).toBe(express.status);
      expect(mine.body.url).toBe(express.body.url.replace('/express/', '/both/'));
      expect(mine.body.baseUrl).toBe(express.body.baseUrl.replace('/express', '/both'));
      expect(mine.body.originalUrl).toBe(express.body.originalUrl.replace('/express', '/both'));
      expect(mine.body.query).toEqual(express.body.query);
    });
  }

  for (const method of ['HEAD', 'OPTIONS']) {
    it(`leaves ${method} to Express`, async () => {
      const [mine, express] = await Promise.all(
        ['both', 'express'].map((place) => fetch(`${origin}/${place}/api/list`, { method })),
      );
      expect([mine?.status, mine?.headers.get('allow')]).toEqual([
        express?.status,
        express?.headers.get('allow'),
      ]);
      expect(mine?.status).toBe(200);
    });
  }

  for (const [path, message] of [
    ['throws', 'thrown'],
    ['rejects', 'rejected'],
    ['passes', 'passed'],
    ['changes-its-mind', 'thrown, then told'],
  ] as const) {
    it(`hands what ${path} to what answers errors, and runs nothing else`, async () => {
      const { status, body } = await ask('GET', `/both/api/${path}`);
      expect(status).toBe(500);
      expect(body).toEqual(
        jasmine.objectContaining({ by: message, way: 'exactly', baseUrl: '/both/api', url: `/${path}` }),
      );
      expect((await ask('GET', `/express/api/${path}`)).body.by).toBe(message);
    });
  }

  it('takes a rejection without a reason for an error, and not for a call that goes on', async () => {
    const { status, body } = await ask('GET', '/both/api/rejects-nothing');
    expect(status).toBe(500);
    expect(body.by).toContain('no error');
  });
});
