import { onePixelPng } from './pictures.ts';
import { leaver, pictureOf, PUBLIC_PICTURE, revoked, type SampleWorld } from './sample-world.ts';
import type { TestPerson } from './test-server.ts';

/** A request as `TestServer.call` takes it; the method is the route's. */
export interface SampleRequest {
  /** Under `/api`, with its query. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An answer, as far as specs look at it. */
export interface SampleAnswer {
  status: number;
  /** Parsed when it is JSON. */
  body: unknown;
}

/** How a spec calls one route. */
export interface RouteSample {
  /** A request that is answered with 2xx to whoever may call. May prepare what it needs. */
  valid(world: SampleWorld): SampleRequest | Promise<SampleRequest>;
  /** Where the contract has `ofOthers`: asks for something private of this owner. */
  of?: {
    request(owner: TestPerson, world: SampleWorld): SampleRequest;
    /** Whether the answer has it. */
    isThere(answer: SampleAnswer): boolean;
  };
}

const reason = 'test';
const isOk = ({ status }: SampleAnswer): boolean => status === 200;
const hasItems = ({ body }: SampleAnswer): boolean => (body as { items?: unknown[] }).items?.length !== 0;
const batchOf = (path: string): SampleRequest => ({
  path: '/resources/sign/batch',
  body: { resources: [{ path, reason }] },
});

/** One entry for each route of the API, by its name. The specs that go through all routes fail where one is missing. */
export const routeSamples: Readonly<Record<string, RouteSample>> = {
  'POST /resources/sign': {
    valid: () => ({ path: '/resources/sign', body: { path: PUBLIC_PICTURE, reason } }),
    of: {
      request: (owner) => ({ path: '/resources/sign', body: { path: pictureOf(owner), reason } }),
      isThere: isOk,
    },
  },
  'POST /resources/sign/batch': {
    valid: () => batchOf(PUBLIC_PICTURE),
    of: {
      request: (owner) => batchOf(pictureOf(owner)),
      isThere: ({ body }) => 'url' in ((body as { results: object[] }).results[0] ?? {}),
    },
  },
  'GET /resources': {
    valid: () => ({ path: '/resources' }),
    of: { request: (owner) => ({ path: `/resources?prefix=${pictureOf(owner)}` }), isThere: hasItems },
  },
  'GET /resources/:id': {
    valid: ({ idOf }) => ({ path: `/resources/${idOf(PUBLIC_PICTURE)}` }),
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}` }),
      isThere: isOk,
    },
  },
  'POST /resources': {
    valid: () => ({
      path: '/resources?kind=teamPhoto&name=a.png',
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    }),
  },
  'GET /owners': { valid: () => ({ path: '/owners' }) },
  'POST /owners/:id/revoke': { valid: () => ({ path: `/owners/${leaver.id}/revoke` }) },
  'POST /owners/:id/reinstate': {
    valid: async ({ server }) => {
      await revoked(server);
      return { path: `/owners/${leaver.id}/reinstate` };
    },
  },
  'GET /receipts/:epoch': { valid: ({ epoch }) => ({ path: `/receipts/${epoch}` }) },
  'GET /audit/logs': {
    valid: () => ({ path: '/audit/logs' }),
    of: { request: ({ id }) => ({ path: `/audit/logs?owner=${id}` }), isThere: hasItems },
  },
  'POST /policy/explain': { valid: () => ({ path: '/policy/explain', body: { path: PUBLIC_PICTURE } }) },
  'GET /audit/logs/export': { valid: () => ({ path: '/audit/logs/export?format=ndjson' }) },
  'POST /audit/verify': { valid: () => ({ path: '/audit/verify' }) },
  'GET /audit/checkpoint-key': { valid: () => ({ path: '/audit/checkpoint-key' }) },
  'GET /session': { valid: () => ({ path: '/session' }) },
  'POST /session': { valid: () => ({ path: '/session', body: { person: 'ada' } }) },
};
