import type { RouteExample } from '../platform/route.ts';

/** A resource as the API shows it. */
export const exampleResource = {
  id: 'res_Rk3vJx0b0kq1uJ9oH2yZ5A',
  path: 'public/team/avatar-2.png',
  kind: 'teamPhoto',
  owner: 'grace',
  ownerName: 'Grace Hopper',
  ownerHandle: 'kXw0b3v9Qm2LrT7cYd1HsA',
  displayName: 'avatar-2.png',
  contentType: 'image/png',
  size: 70,
  createdAt: '2026-12-31T23:15:00.000Z',
  status: 'completed',
  label: null,
  notes: null,
  collection: null,
  checksum: 'b1442e85b03bdcaf66dc58c7abb98745dd2687d86350be9a298a1d9382ac849b',
  durationMs: null,
  version: 1,
  revision: 1,
  updatedAt: '2026-12-31T23:15:00.000Z',
  uploadedAt: '2026-12-31T23:15:00.000Z',
};

export const listExample: RouteExample = {
  query: { prefix: 'public/team/avatar', limit: 1 },
  answers: {
    200: {
      items: [exampleResource],
      nextCursor: 'WyJwYXRoIiwicHVibGljL3RlYW0vYXZhdGFyLTIucG5nIiwicmVzX1JrM3ZKeDBiMGtxMXVKOW9IMnlaNUEiXQ',
      total: 1,
      totalIsLowerBound: false,
    },
  },
};

export const getExample: RouteExample = {
  params: { id: exampleResource.id },
  answers: { 200: exampleResource },
};

export const byPathExample: RouteExample = {
  query: { path: exampleResource.path },
  answers: { 200: exampleResource },
};

const label = 'Portrait';
const notes = 'For the team page.';

export const editExample: RouteExample = {
  params: { id: exampleResource.id },
  body: { label, notes },
  answers: { 200: { ...exampleResource, label, notes, revision: 2 } },
};

export const uploadExample: RouteExample = {
  query: { kind: 'avatar', name: 'Me at sea.png' },
  bytes: {
    contentType: 'image/png',
    base64:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  },
  answers: {
    201: {
      ...exampleResource,
      path: 'public/avatars/me-at-sea-20261231-231500-07kq2m9xa1.png',
      kind: 'avatar',
      owner: 'admin',
      ownerName: 'Ann Admin',
      displayName: 'Me at sea.png',
    },
  },
};
