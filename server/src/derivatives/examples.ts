import type { RouteExample } from '../platform/route.ts';

export const posterExample: RouteExample = {
  params: { id: 'res_CCCCCCCCCCCCCCCCCCCCCA' },
  bytes: {
    contentType: 'image/png',
    base64:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  },
  answers: { 200: { id: 'res_CCCCCCCCCCCCCCCCCCCCCA', contentType: 'image/png', size: 70 } },
};
