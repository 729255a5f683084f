import { z } from 'zod';
import { EXAMINATION_PROBLEMS } from '../hygiene/finding-problem.ts';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { Problem } from '../platform/problem.ts';
import { endWhenSilent } from '../platform/silent-sender.ts';
import { resourceBody, toBody as resourceToBody } from '../resources/resource-body.ts';
import type { VisibleResources } from '../resources/visible-resources.ts';
import { beginBatchExample, beginExample, cancelExample, completeExample, sendExample } from './examples.ts';
import { addressesOf } from './upload-addresses.ts';
import {
  arrivedBody,
  batchAnswer,
  batchRequest,
  beginRequest,
  begunUpload,
  cancelledBody,
  MOST_AT_ONCE,
  toBody,
  toRequest,
  uploadId,
  WrongEntry,
} from './upload-bodies.ts';
import type { UploadParts } from './upload-parts.ts';

const refusals = [
  'sign-in-required',
  'forbidden',
  'invalid-name',
  'unsupported-type',
  'too-large',
  'owner-revoked',
  'storage-unavailable',
];

/** Uploads by a signed form: begin, send, complete, cancel. */
export function uploadRoutes(routes: ApiRoutes, uploads: UploadParts, visible: VisibleResources): void {
  routes.add(
    {
      operationId: 'beginUpload',
      tag: 'resources',
      method: 'post',
      path: '/resources/uploads',
      summary: 'Begin an upload: a resource that waits for its bytes, and where they go',
      access: 'signed-in',
      permission: 'resource:upload',
      body: beginRequest,
      responses: {
        201: {
          description: 'Send the form within the hour, then complete the resource; or send it by tus',
          schema: begunUpload,
          headers: { Location: 'The resource' },
        },
      },
      problems: [...refusals, 'quota-exceeded', 'not-found', 'collection-archived'],
      example: beginExample,
    },
    async ({ body, request, response }) => {
      const addresses = addressesOf(request);
      const principal = principalOf(response);
      const [begun] = await uploads.intake.begin(principal, [toRequest(body, principal)], addresses);
      if (!begun || begun instanceof Problem) throw begun ?? new Error('no upload was begun');
      response.status(201).location(`${request.baseUrl}/resources/${begun.id}`);
      return toBody(begun);
    },
  );

  routes.add(
    {
      operationId: 'beginUploads',
      tag: 'resources',
      method: 'post',
      path: '/resources/uploads/batch',
      summary: `Begin up to ${MOST_AT_ONCE} uploads in one transaction, each judged by itself`,
      access: 'signed-in',
      permission: 'resource:upload',
      body: batchRequest,
      responses: { 200: { description: 'An upload or an error for each, in order', schema: batchAnswer } },
      problems: ['sign-in-required', 'forbidden', 'owner-revoked'],
      example: beginBatchExample,
    },
    async ({ body, request, response }) => {
      const principal = principalOf(response);
      const placeOf = (index: number): string => `body.uploads[${index}]`;
      const entries = body.uploads.map((entry, index) =>
        entry instanceof WrongEntry ? entry.problemAt(placeOf(index)) : toRequest(entry, principal),
      );
      const addresses = addressesOf(request);
      const outcomes = await uploads.intake.begin(principal, entries, addresses, placeOf);
      return {
        results: outcomes.map((outcome) => {
          if (!(outcome instanceof Problem)) return toBody(outcome);
          const { code, status, detail } = outcome;
          return { error: { code, status, ...(detail ? { detail } : {}) } };
        }),
      };
    },
  );

  routes.add(
    {
      operationId: 'sendUpload',
      tag: 'resources',
      method: 'post',
      path: '/resources/uploads/:uploadId/file',
      summary: 'Send the form of an upload, where the store itself takes none',
      description: 'The signed form says who may send; a token is not needed.',
      access: 'anonymous',
      params: z.object({ uploadId }),
      rawBody: 'multipart/form-data: the fields of the upload, then one part `file`',
      responses: { 200: { description: 'Arrived. Complete the resource.', schema: arrivedBody } },
      problems: [
        ...[
          'invalid-request',
          'upload-refused',
          'upload-size',
          'upload-over',
          'not-found',
          'too-many-uploads',
          'storage-unavailable',
        ],
      ],
      example: sendExample,
    },
    async ({ params, request }) => {
      endWhenSilent(request);
      await uploads.receiver.receive(params.uploadId, request.headers['content-type'] ?? '', request);
      return { uploadId: params.uploadId };
    },
  );

  routes.add(
    {
      operationId: 'completeUpload',
      tag: 'resources',
      method: 'post',
      path: '/resources/:id/complete',
      summary: 'Verify what has arrived of a resource of yours, and make it one that can be signed',
      description: 'It may be repeated. A resource that is complete already is answered as it is.',
      access: 'signed-in',
      permission: 'resource:upload',
      params: z.object({ id: z.string().min(1).max(64).describe('Of the resource') }),
      responses: {
        200: {
          description: 'Complete, or `quarantined`: kept, and delivered to nobody',
          schema: resourceBody,
        },
      },
      problems: [
        ...EXAMINATION_PROBLEMS,
        ...['sign-in-required', 'forbidden', 'not-found', 'upload-incomplete', 'upload-size', 'upload-over'],
        ...[
          'checksum-mismatch',
          'upload-busy',
          'upload-locked',
          'owner-revoked',
          'quota-exceeded',
          'collection-lost',
          'storage-unavailable',
        ],
      ],
      example: completeExample,
    },
    async ({ params, response }) => {
      const principal = principalOf(response);
      await visible.get(principal, params);
      await uploads.completion.complete(principal, params.id);
      return resourceToBody(await visible.get(principal, params));
    },
  );

  routes.add(
    {
      operationId: 'cancelUpload',
      tag: 'resources',
      method: 'delete',
      path: '/resources/uploads/:uploadId/file',
      summary: 'Cancel an upload of yours that is not complete',
      access: 'signed-in',
      permission: 'resource:upload',
      params: z.object({ uploadId }),
      responses: { 200: { description: 'No upload of yours has this id any more', schema: cancelledBody } },
      problems: ['sign-in-required', 'forbidden'],
      example: cancelExample,
    },
    async ({ params, response }) => {
      return { cancelled: await uploads.ends.cancel(principalOf(response), params.uploadId) };
    },
  );
}
