import type { RouteExample } from '../platform/route.ts';

const params = { id: 'res_CCCCCCCCCCCCCCCCCCCCCA' };
const reason = 'was sent to the wrong people';
const dryRun = 'true';

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
const previews = { ...receipts, 200: { dryRun: true, resources: 1, urls: 0 } };

export const rotateExample: RouteExample = { params, body: { reason }, answers: receipts };

export const deleteExample: RouteExample = { params, query: { dryRun }, answers: previews };

export const overwriteExample: RouteExample = {
  params,
  bytes: {
    contentType: 'image/png',
    base64:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  },
  answers: receipts,
};

export const transferExample: RouteExample = {
  params,
  query: { dryRun },
  body: { owner: 'grace', reason: 'the documents stay with the company' },
  answers: previews,
};

export const revokePrefixExample: RouteExample = {
  body: { prefix: 'public/spare/', reason },
  answers: receipts,
};
