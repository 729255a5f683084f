import type { RouteExample } from '../platform/route.ts';
import { EXAMPLE_COLLECTION } from './examples.ts';

/** The resource that the examples move. */
export const EXAMPLE_MOVABLE = 'res_FFFFFFFFFFFFFFFFFFFFFA';

const params = { id: EXAMPLE_MOVABLE };
const reason = 'belongs to this order';
const oldPath = 'users/kXw0b3v9Qm2LrT7cYd1HsA/documents/movable-07kq2m9xa1.png';
const newPath = `collections/${EXAMPLE_COLLECTION}/movable-07kq2m9xa1.png`;
const receipt = {
  epoch: 42,
  effectiveAt: '2027-01-01T00:00:00.000Z',
  acknowledged: ['gateway-1:4711'],
  lapsed: [],
  notCovered: [],
  waitedMs: 12.5,
  mode: 'early',
};

export const assignExample: RouteExample = {
  params,
  body: { collection: EXAMPLE_COLLECTION, reason },
  answers: { 200: { id: EXAMPLE_MOVABLE, collection: EXAMPLE_COLLECTION, oldPath, newPath, receipt } },
};

export const unassignExample: RouteExample = {
  params,
  body: { reason: 'was in the wrong order' },
  answers: { 200: { id: EXAMPLE_MOVABLE, collection: null, oldPath: newPath, newPath: oldPath, receipt } },
};

export const assignManyExample: RouteExample = {
  params: { id: EXAMPLE_COLLECTION },
  body: { resources: [EXAMPLE_MOVABLE], reason },
  answers: { 200: { results: [{ id: EXAMPLE_MOVABLE, oldPath, newPath }], receipt } },
};
