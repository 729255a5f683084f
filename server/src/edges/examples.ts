import type { RouteExample } from '../platform/route.ts';

const id = 'EEEEEEEEEEEEEEEEEEEEEA';
const params = { id };
const tenants = ['default'];
const credential = `cse_${id}_EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE`;

const receipt = {
  epoch: 42,
  effectiveAt: '2027-01-01T00:00:00.000Z',
  acknowledged: ['gateway-1:4711'],
  lapsed: [],
  notCovered: [],
  waitedMs: 12.5,
  mode: 'early',
};
const pending = { epoch: 42, status: 'pending' };

export const listExample: RouteExample = {
  answers: {
    200: {
      items: [
        {
          id,
          name: 'paris',
          tenants,
          createdAt: '2026-12-31T23:15:00.000Z',
          rotatedAt: null,
          previousUntil: null,
          revokedAt: null,
          incarnations: 0,
          keys: 0,
        },
      ],
    },
  },
};

export const addExample: RouteExample = {
  body: { name: 'madrid' },
  answers: { 201: { id, name: 'madrid', credential } },
};

export const rotateExample: RouteExample = {
  params,
  body: { overlapMinutes: 60 },
  answers: { 200: { id, name: 'paris', credential, previousUntil: '2027-01-01T01:00:00.000Z' } },
};

export const revokeExample: RouteExample = { params, answers: { 200: receipt, 202: pending } };

export const leakedExample: RouteExample = {
  params,
  answers: {
    200: { owners: 0, keys: 0, receipt },
    202: { owners: 0, keys: 0, receipt: pending },
  },
};

export const leaseExample: RouteExample = {
  body: { incarnation: '3f0c9a52-6f1e-4a6b-9d3c-52a0f3b1c7de' },
  answers: {
    200: {
      epoch: 42,
      acknowledged: 42,
      leaseMs: 2000,
      drop: true,
      changes: [],
      authority: 'cdn.example.com',
      maxTtlSeconds: 604800,
      ignoredParameters: ['utm_*', 'fbclid', 'gclid'],
    },
  },
};

export const resolveExample: RouteExample = {
  body: { kids: ['AAAAAAAAAAAAAAAAAAAAAA'], paths: ['public/team/avatar-2.png'] },
  answers: {
    200: {
      keys: [
        {
          epoch: 42,
          kid: 'AAAAAAAAAAAAAAAAAAAAAA',
          tenant: 'default',
          owner: 'grace',
          key: 'EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE',
          revokedSignatureIds: [],
        },
      ],
      paths: [
        {
          epoch: 42,
          tenant: 'default',
          path: 'public/team/avatar-2.png',
          owner: 'grace',
          state: 'completed',
          version: 1,
          rotation: 0,
          objectKey: 'AAAAAAAAAAAAAAAAAAAAAA',
          contentType: 'image/png',
          size: 70,
          sha256: '0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543',
          derivatives: {},
        },
      ],
    },
  },
};
