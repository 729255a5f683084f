import type { RouteExample } from '../platform/route.ts';
import { exampleResource } from '../resources/examples.ts';

/** An upload that specs make before they send the form of the example. */
export const EXAMPLE_UPLOAD = 'UUUUUUUUUUUUUUUUUUUUUA';

const begun = {
  id: 'res_Rk3vJx0b0kq1uJ9oH2yZ5A',
  uploadId: EXAMPLE_UPLOAD,
  how: 'post',
  url: `/api/resources/uploads/${EXAMPLE_UPLOAD}/file`,
  fields: {
    key: EXAMPLE_UPLOAD,
    'Content-Type': 'image/png',
    policy: '70-70-1798761600',
    signature: '3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  },
  expiresAt: '2026-12-31T23:15:00.000Z',
  maxBytes: 70,
};

const request = { name: 'Me at sea.png', kind: 'avatar', contentType: 'image/png', size: 70 };

export const beginExample: RouteExample = { body: request, answers: { 201: begun } };

export const beginBatchExample: RouteExample = {
  body: { uploads: [request, { ...request, name: '../me.png' }] },
  answers: {
    200: {
      results: [
        begun,
        {
          error: {
            code: 'invalid-name',
            status: 400,
            detail: 'Send a file name, not a path: / and \\ are not allowed.',
          },
        },
      ],
    },
  },
};

export const cancelExample: RouteExample = {
  params: { uploadId: EXAMPLE_UPLOAD },
  answers: { 200: { cancelled: false } },
};

export const completeExample: RouteExample = {
  params: { id: exampleResource.id },
  answers: { 200: exampleResource },
};

/** As a browser sends it; signed with the secret of the specs. */
export const sendExample: RouteExample = {
  params: { uploadId: EXAMPLE_UPLOAD },
  bytes: {
    contentType: 'multipart/form-data; boundary=XX',
    base64:
      'LS1YWA0KQ29udGVudC1EaXNwb3NpdGlvbjogZm9ybS1kYXRhOyBuYW1lPSJrZXkiDQoNClVVVVVVVVVVVVVVVVVVVVVVVVVVVUEN' +
      'Ci0tWFgNCkNvbnRlbnQtRGlzcG9zaXRpb246IGZvcm0tZGF0YTsgbmFtZT0iQ29udGVudC1UeXBlIg0KDQppbWFnZS9wbmcNCi0t' +
      'WFgNCkNvbnRlbnQtRGlzcG9zaXRpb246IGZvcm0tZGF0YTsgbmFtZT0icG9saWN5Ig0KDQo3MC03MC00MTAyNDQ0ODAwDQotLVhY' +
      'DQpDb250ZW50LURpc3Bvc2l0aW9uOiBmb3JtLWRhdGE7IG5hbWU9InNpZ25hdHVyZSINCg0KVXp1Wi1pRVFTbUtvcUhDb1h3cVJQ' +
      'OWRnN1RROEdmeko5QXJuQWFoYU5LOA0KLS1YWA0KQ29udGVudC1EaXNwb3NpdGlvbjogZm9ybS1kYXRhOyBuYW1lPSJmaWxlIjsg' +
      'ZmlsZW5hbWU9ImEucG5nIg0KQ29udGVudC1UeXBlOiBpbWFnZS9wbmcNCg0KiVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf' +
      'FcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg0KLS1YWC0tDQo=',
  },
  answers: { 200: { uploadId: EXAMPLE_UPLOAD } },
};
