import type { RouteExample } from '../platform/route.ts';

const params = { id: 'res_CCCCCCCCCCCCCCCCCCCCCA' };
const receipts = {
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

export const listQuarantinedExample: RouteExample = {
  query: { limit: 20 },
  answers: {
    200: {
      items: [
        {
          id: params.id,
          path: 'public/spare/picture.png',
          kind: 'teamPhoto',
          owner: 'leaver',
          displayName: 'picture.png',
          contentType: 'image/png',
          size: 70,
          createdAt: '2026-12-31T23:15:00.000Z',
        },
      ],
      nextCursor: null,
      total: 1,
    },
  },
};

export const quarantineExample: RouteExample = {
  params,
  body: { reason: 'reported as phishing' },
  answers: receipts,
};

export const releaseExample: RouteExample = {
  params,
  body: { reason: 'false alarm', scan: false },
  answers: receipts,
};
