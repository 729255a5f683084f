import type { RouteExample } from '../platform/route.ts';

const reason = 'left the company';
const params = { id: 'leaver' };

/** Of `GET /receipts/:epoch` and of the revocation that has it. */
const answers = {
  200: {
    epoch: 42,
    effectiveAt: '2027-01-01T00:00:00.000Z',
    acknowledged: ['gateway-1:4711'],
    lapsed: [],
    notCovered: [],
    waitedMs: 12.5,
    mode: 'early',
  },
  202: { epoch: 42, status: 'pending' },
};

export const listOwnersExample: RouteExample = {
  answers: {
    200: {
      items: [
        {
          id: 'grace',
          name: 'Grace Hopper',
          handle: 'kXw0b3v9Qm2LrT7cYd1HsA',
          status: 'active',
          generation: 1,
          resources: 3,
        },
      ],
    },
  },
};

export const revokeExample: RouteExample = { params, body: { reason }, answers };

export const revokeSignatureExample: RouteExample = {
  params: { signatureId: 'sig_CCCCCCCCCCCCCCCCCCCCCA' },
  body: { reason: 'was in a public issue' },
  answers,
};

export const reinstateExample: RouteExample = {
  params,
  body: { reason: 'came back' },
  answers: { 200: { owner: params.id, generation: 2, epoch: 43 } },
};

export const rotateExample: RouteExample = {
  params: { id: 'grace' },
  body: { reason: 'once a year' },
  answers: {
    200: { owner: 'grace', generation: 2, epoch: 44, oldKeyEndsAt: '2027-01-08T00:05:00.000Z' },
  },
};

export const receiptExample: RouteExample = { params: { epoch: 42 }, answers };

export const listReceiptsExample: RouteExample = {
  query: { owner: params.id, change: 'key-revoked' },
  answers: {
    200: {
      items: [
        {
          epoch: 42,
          change: 'key-revoked',
          owner: params.id,
          about: null,
          at: '2026-12-31T23:59:59.980Z',
          receipt: answers[200],
        },
      ],
      nextCursor: null,
    },
  },
};
