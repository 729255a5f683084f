import type { ExampleRequest } from './example-requests.ts';
import {
  type SampleWorld,
  awaitedUpload,
  collectionOf,
  freshCollections,
  movables,
  movableOf,
  removableMember,
  SPARE_PICTURE,
  freshEdge,
  keptVersions,
  leaverLeaves,
  nobodyLeaves,
  pictureOf,
  revoked,
  tusUpload,
} from './sample-world.ts';
import { onePixelPng } from './pictures.ts';
import type { TestPerson, TestServer } from './test-server.ts';

/** A request as `TestServer.call` takes it; the method is the route's. The path is under `/api`, with its query. */
export type SampleRequest = ExampleRequest;

/** An answer, as far as specs look at it. */
export interface SampleAnswer {
  status: number;
  /** Parsed when it is JSON. */
  body: unknown;
}

/** How a spec calls one route, beside what the example of its contract says. */
export interface RouteSample {
  /** Makes what the example counts on, each time before it is sent. @param caller who will send it, when somebody does */
  before?(world: SampleWorld, caller?: TestPerson): Promise<unknown>;
  /** Takes back what the example has made, where others would notice. */
  after?(world: SampleWorld): Promise<unknown>;
  /** Of a call that no person makes: what is sent as `Authorization` in place of somebody's token. */
  authorization?(world: SampleWorld): string;
  /** Where the contract has `ofOthers`: asks for something private of this owner. */
  of?: {
    request(owner: TestPerson, world: SampleWorld): SampleRequest;
    /** The example is somebody else's: who has only what is his own is refused. */
    exampleIsOfOthers?: true;
    /** Whether the answer has it. */
    isThere(answer: SampleAnswer): boolean;
  };
}

const exampleIs = ({ database }: TestServer, state: string, contentType = 'image/png') =>
  database.pool.query('UPDATE resources SET state = $1, content_type = $2 WHERE path = $3', [
    ...[state, contentType, SPARE_PICTURE],
  ]);
const reason = 'test';
const isOk = ({ status }: SampleAnswer): boolean => status === 200;
const hasItems = ({ body }: SampleAnswer): boolean => (body as { items?: unknown[] }).items?.length !== 0;

/** What specs that go through all routes must know of some, by their names. Who may call gets 2xx for the example itself. */
export const routeSamples: Readonly<Record<string, RouteSample>> = {
  'POST /resources/sign': {
    of: {
      request: (owner) => ({ path: '/resources/sign', body: { path: pictureOf(owner), reason } }),
      isThere: isOk,
    },
  },
  'POST /resources/sign/batch': {
    of: {
      request: (owner) => ({
        path: '/resources/sign/batch',
        body: { resources: [{ path: pictureOf(owner), reason }] },
      }),
      isThere: ({ body }) => 'url' in ((body as { results: object[] }).results[0] ?? {}),
    },
  },
  'GET /resources': {
    of: { request: (owner) => ({ path: `/resources?prefix=${pictureOf(owner)}` }), isThere: hasItems },
  },
  'GET /resources/:id': {
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}` }),
      isThere: isOk,
    },
  },
  'POST /resources/uploads/:uploadId/file': { before: ({ server }) => awaitedUpload(server) },
  ...Object.fromEntries(
    ['HEAD', 'PATCH', 'DELETE'].map((method): [string, RouteSample] => [
      `${method} /resources/tus/:uploadId`,
      { before: async ({ server }, caller) => caller && tusUpload(server, caller) },
    ]),
  ),
  'GET /resources/by-path': {
    of: { request: (owner) => ({ path: `/resources/by-path?path=${pictureOf(owner)}` }), isThere: isOk },
  },
  'PATCH /resources/:id': {
    after: ({ server }) => server.database.pool.query('UPDATE resources SET label = NULL, notes = NULL'),
    of: {
      request: (owner, { idOf }) => ({
        path: `/resources/${idOf(pictureOf(owner))}`,
        body: { label: 'test' },
      }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /resources/:id/rotate': {
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}/rotate` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'GET /quarantine': {
    before: async ({ server }) => {
      // Other examples leave theirs there, or not, as the order has it.
      await server.database.pool.query(
        "UPDATE resources SET state = 'completed' WHERE state = 'quarantined'",
      );
      await exampleIs(server, 'quarantined');
    },
    after: ({ server }) => exampleIs(server, 'completed'),
  },
  'POST /resources/:id/quarantine': {
    before: ({ server }) => exampleIs(server, 'completed'),
    after: ({ server }) => exampleIs(server, 'completed'),
  },
  'POST /resources/:id/release': { before: ({ server }) => exampleIs(server, 'quarantined') },
  'DELETE /resources/:id': {
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}?dryRun=true` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'PUT /resources/:id/content': {
    of: {
      request: (owner, { idOf }) => ({
        path: `/resources/${idOf(pictureOf(owner))}/content`,
        body: onePixelPng,
        headers: { 'content-type': 'image/png' },
      }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'GET /resources/:id/versions': {
    before: ({ server }) => keptVersions(server),
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}/versions` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /resources/:id/versions/:version/restore': {
    before: ({ server }) => keptVersions(server),
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}/versions/1/restore` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'DELETE /resources/:id/versions/:version': {
    before: ({ server }) => keptVersions(server),
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(pictureOf(owner))}/versions/1` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'PUT /resources/:id/poster': {
    before: ({ server }) => exampleIs(server, 'completed', 'video/mp4'),
    after: ({ server }) => exampleIs(server, 'completed'),
    of: {
      request: (owner, { idOf }) => ({
        path: `/resources/${idOf(pictureOf(owner))}/poster`,
        body: onePixelPng,
        headers: { 'content-type': 'image/png' },
      }),
      // That it is no film is told to those who may change it.
      isThere: ({ status }) => status === 422,
      exampleIsOfOthers: true,
    },
  },
  'GET /receipts/:epoch': {
    of: {
      request: (owner, { rotationOf }) => ({ path: `/receipts/${rotationOf(owner)}` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /collections': { before: freshCollections },
  'GET /collections': {
    before: freshCollections,
    of: {
      request: (owner) => ({ path: `/collections?search=${collectionOf(owner)}` }),
      isThere: hasItems,
    },
  },
  'GET /collections/:id': {
    before: freshCollections,
    of: {
      request: (owner) => ({ path: `/collections/${collectionOf(owner)}` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'PATCH /collections/:id': {
    before: freshCollections,
    of: {
      request: (owner) => ({
        path: `/collections/${collectionOf(owner)}`,
        body: { status: 'active' },
      }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'GET /collections/:id/members': {
    before: freshCollections,
    of: {
      request: (owner) => ({ path: `/collections/${collectionOf(owner)}/members` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /collections/:id/members': {
    before: freshCollections,
    of: {
      request: (owner) => ({
        path: `/collections/${collectionOf(owner)}/members`,
        body: { members: [{ id: 'hedy', role: 'BUY' }] },
      }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'DELETE /collections/:id/members/:member': {
    before: removableMember,
    of: {
      request: (owner) => ({ path: `/collections/${collectionOf(owner)}/members/hedy` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /resources/:id/assign': {
    before: (world) => movables(world),
    of: {
      request: (owner, { idOf }) => ({
        path: `/resources/${idOf(movableOf(owner))}/assign`,
        body: { collection: collectionOf(owner) },
      }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /resources/:id/unassign': {
    before: (world) => movables(world, true),
    of: {
      request: (owner, { idOf }) => ({ path: `/resources/${idOf(movableOf(owner))}/unassign` }),
      isThere: isOk,
      exampleIsOfOthers: true,
    },
  },
  'POST /collections/:id/resources': { before: (world) => movables(world) },
  'POST /owners/:id/reinstate': { before: ({ server }) => revoked(server) },
  'GET /edges': { before: freshEdge },
  'POST /edges': { before: freshEdge },
  'POST /edges/:id/rotate': { before: freshEdge },
  'DELETE /edges/:id': { before: freshEdge },
  'POST /edges/:id/leaked': { before: freshEdge },
  'POST /edges/lease': {
    before: freshEdge,
    // Every receipt would wait for a run that never asks again.
    after: ({ server }) =>
      server.database.pool.query('UPDATE holders SET ended_at = now() WHERE edge_id IS NOT NULL'),
    authorization: ({ edge }) => `Bearer ${edge.credential}`,
  },
  'POST /edges/resolve': { before: freshEdge, authorization: ({ edge }) => `Bearer ${edge.credential}` },
  'POST /departures': { before: ({ server }) => nobodyLeaves(server) },
  'POST /departures/batch': { before: ({ server }) => nobodyLeaves(server) },
  'GET /departures': { before: ({ server }) => leaverLeaves(server) },
  'GET /departures/:id': { before: ({ server }) => leaverLeaves(server) },
  'DELETE /departures/:id': { before: ({ server }) => leaverLeaves(server) },
  'GET /audit/logs': {
    of: { request: ({ id }) => ({ path: `/audit/logs?owner=${id}` }), isThere: hasItems },
  },
};
