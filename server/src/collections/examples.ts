import type { RouteExample } from '../platform/route.ts';

/** The collection that the examples show. */
export const EXAMPLE_COLLECTION = 'col_Jm9tT0cXk3v9LrTKw0bYdg';

const collection = {
  id: EXAMPLE_COLLECTION,
  name: 'Order 1029435',
  externalId: 'SB1029435',
  interestedRoles: ['sales-desk'],
  status: 'active',
  role: null,
  revision: 1,
  createdBy: 'grace',
  createdAt: '2027-01-01T00:00:00.000Z',
  updatedAt: '2027-01-01T00:00:00.000Z',
};
const params = { id: EXAMPLE_COLLECTION };

export const createExample: RouteExample = {
  body: { name: 'Order 1029436', interestedRoles: ['sales-desk'] },
  answers: {
    201: { ...collection, name: 'Order 1029436', externalId: null, role: 'ADM', createdBy: 'admin' },
  },
};

export const listExample: RouteExample = {
  query: { externalId: 'SB1029435' },
  answers: { 200: { items: [collection], nextCursor: null, total: 1, totalIsLowerBound: false } },
};

export const getExample: RouteExample = { params, answers: { 200: collection } };

export const changeExample: RouteExample = {
  params,
  body: { name: 'Order 1029435', status: 'active' },
  answers: { 200: { ...collection, revision: 2 } },
};

export const listMembersExample: RouteExample = {
  params,
  answers: {
    200: {
      items: [{ id: 'grace', role: 'ADM', addedAt: '2027-01-01T00:00:00.000Z' }],
      nextCursor: null,
      total: 1,
    },
  },
};

export const addMembersExample: RouteExample = {
  params,
  body: { members: [{ id: 'hedy', role: 'SEL' }] },
  answers: { 200: { changed: 1 } },
};

export const removeMemberExample: RouteExample = {
  params: { ...params, member: 'hedy' },
  answers: { 200: { changed: 1 } },
};
