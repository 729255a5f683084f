import type { RouteExample } from '../platform/route.ts';

export const usageExample: RouteExample = {
  answers: {
    200: {
      user: { bytes: 48_210, maxBytes: null, resources: 12, maxResources: null },
      tenant: { bytes: 7_340_032, maxBytes: null, resources: 310, maxResources: null },
    },
  },
};
