import type { RouteExample } from '../platform/route.ts';

const departure = {
  id: 'pQ3vJx0b0kq1uJ9oH2yZ5A',
  owner: 'leaver',
  at: '2030-12-31T17:00:00.000Z',
  transfer: { to: 'grace', prefix: 'public/' },
  reason: 'leaves the company',
  requestedBy: 'admin',
  status: 'scheduled',
  transferred: 0,
  notTransferred: 0,
  memberships: 0,
  epoch: null,
  createdAt: '2027-01-01T00:00:00.000Z',
  endedAt: null,
};
const params = { id: departure.id };

export const planExample: RouteExample = {
  body: {
    owner: 'leaver',
    at: '2030-12-31T18:00:00+01:00',
    transfer: { to: 'grace', prefix: 'public/' },
    reason: 'leaves the company',
  },
  answers: { 200: { dryRun: true, resources: 1, urls: 0, transfers: 1 }, 201: departure },
};

export const batchExample: RouteExample = {
  bytes: {
    contentType: 'text/csv',
    base64: Buffer.from(
      'owner,at,transferTo,transferPrefix,reason\nleaver,2030-12-31T18:00:00+01:00,grace,public/,leaves the company\n',
    ).toString('base64'),
  },
  answers: {
    200: { planned: 1, refused: 0, results: [{ line: 2, owner: 'leaver', departure }] },
  },
};

export const listExample: RouteExample = { answers: { 200: { items: [departure], nextCursor: null } } };

export const getExample: RouteExample = { params, answers: { 200: departure } };

export const undoExample: RouteExample = {
  params,
  answers: { 200: { ...departure, status: 'undone', endedAt: '2027-01-01T00:01:00.000Z' } },
};
