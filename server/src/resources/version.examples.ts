import type { RouteExample } from '../platform/route.ts';
import { overwriteExample } from './change.examples.ts';

const id = 'res_CCCCCCCCCCCCCCCCCCCCCA';
const params = { id, version: 1 };

export const listVersionsExample: RouteExample = {
  params: { id },
  answers: {
    200: {
      items: [
        {
          version: 1,
          path: 'public/spare/picture.png/v1-20261231-231500-07kq2m9xa1.png',
          status: 'completed',
          contentType: 'image/png',
          size: 70,
          checksum: 'b1442e85b03bdcaf66dc58c7abb98745dd2687d86350be9a298a1d9382ac849b',
          uploadedAt: '2026-12-31T23:15:00.000Z',
          uploadedBy: 'leaver',
        },
      ],
    },
  },
};

export const restoreVersionExample: RouteExample = { params, answers: overwriteExample.answers };

export const deleteVersionExample: RouteExample = { params, answers: overwriteExample.answers };
