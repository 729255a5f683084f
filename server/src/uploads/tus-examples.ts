import type { RouteExample } from '../platform/route.ts';

/** An upload that specs begin before they send the examples for it. */
export const EXAMPLE_TUS_UPLOAD = 'VVVVVVVVVVVVVVVVVVVVVA';

/** A picture of one pixel. */
const bytes = {
  contentType: 'application/offset+octet-stream',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
};
const params = { uploadId: EXAMPLE_TUS_UPLOAD };

export const createTusExample: RouteExample = { bytes, answers: {} };
export const offsetTusExample: RouteExample = { params, answers: {} };
export const patchTusExample: RouteExample = { params, bytes, answers: {} };
export const cancelTusExample: RouteExample = { params, answers: {} };
