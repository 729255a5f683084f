import type { RouteExample } from '../platform/route.ts';
import { overwriteExample } from '../resources/change.examples.ts';

export const posterExample: RouteExample = {
  params: { id: 'res_CCCCCCCCCCCCCCCCCCCCCA' },
  bytes: {
    contentType: 'image/png',
    base64:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  },
  answers: {
    201: { id: 'res_CCCCCCCCCCCCCCCCCCCCCA', contentType: 'image/png', size: 70 },
    ...overwriteExample.answers,
  },
};
