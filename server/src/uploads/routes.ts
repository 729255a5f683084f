import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { invalidRequest, Problem } from '../platform/problem.ts';
import { resourceBody, toBody as resourceToBody } from '../resources/resource-body.ts';
import { resourceKinds, type ResourceKind } from '../resources/resource.ts';
import type { VisibleResources } from '../resources/visible-resources.ts';
import type { BegunUpload } from './begin-upload.ts';
import { beginBatchExample, beginExample, cancelExample, completeExample, sendExample } from './examples.ts';
import type { UploadParts } from './upload-parts.ts';
import type { UploadRequest } from './upload.ts';

const MOST_AT_ONCE = 100;

const beginRequest = z
  .strictObject({
    name: z.string().min(1).max(1024).describe('File name, as somebody sees it'),
    kind: z
      .enum(Object.keys(resourceKinds) as [ResourceKind, ...ResourceKind[]])
      .describe('What it is for: decides the folder, and which types it takes'),
    contentType: z
      .string()
      .max(127)
      .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'a media type, e.g. image/jpeg')
      .describe('Media type in lower case, without parameters'),
    size: z.int().min(1).describe('Bytes, exactly'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case')
      .optional()
      .describe('Of the whole file; what arrives is compared with it'),
    label: z.string().max(200).nullable().optional().describe('A few words'),
    notes: z.string().max(4000).nullable().optional().describe('Text of several lines'),
  })
  .meta({ id: 'UploadRequest' });

const begunUpload = z
  .object({
    id: z.string().describe('Of the resource, which waits for its bytes'),
    uploadId: z.string(),
    url: z.string().describe('Where the form goes; may be relative to the address of this call'),
    fields: z.record(z.string(), z.string()).describe('Fields of the form, before the field `file`. Secret.'),
    expiresAt: z.iso.datetime(),
    maxBytes: z.number().int().describe('Most the form takes'),
  })
  .meta({ id: 'BegunUpload' });

const batchEntry = z.union([
  beginRequest,
  z
    .unknown()
    .describe('Anything else: the answer has an error in its place')
    .transform((entry): Problem => {
      const issue = beginRequest.safeParse(entry).error?.issues[0];
      return invalidRequest(`${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'not valid'}`);
    }),
]);

const batchRequest = z
  .strictObject({ uploads: z.array(batchEntry).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'UploadBatchRequest' });

const batchAnswer = z
  .object({
    results: z
      .array(
        z.union([
          begunUpload,
          z.object({
            error: z.object({ code: z.string(), status: z.number().int(), detail: z.string().optional() }),
          }),
        ]),
      )
      .describe('One for each entry of the request, in its order'),
  })
  .meta({ id: 'UploadBatch' });

const arrivedBody = z.object({ uploadId: z.string() }).meta({ id: 'ArrivedUpload' });

const cancelledBody = z
  .object({ cancelled: z.boolean().describe('false: there was none that could be') })
  .meta({ id: 'CancelledUpload' });

const uploadId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .describe('Of the upload');
const refusals = [
  'sign-in-required',
  'forbidden',
  'invalid-name',
  'unsupported-type',
  'too-large',
  'owner-revoked',
];

/** Uploads by a signed form: begin, send, complete, cancel. */
export function uploadRoutes(routes: ApiRoutes, uploads: UploadParts, visible: VisibleResources): void {
  routes.add(
    {
      operationId: 'beginUpload',
      tag: 'resources',
      method: 'post',
      path: '/resources/uploads',
      summary: 'Begin an upload: a resource that waits for its bytes, and a form that brings them',
      access: 'signed-in',
      permission: 'resource:upload',
      body: beginRequest,
      responses: {
        201: {
          description: 'Send the form within the hour, then complete the resource',
          schema: begunUpload,
          headers: { Location: 'The resource' },
        },
      },
      problems: [...refusals, 'quota-exceeded'],
      example: beginExample,
    },
    async ({ body, request, response }) => {
      const formUrl = (id: string): string => `${request.baseUrl}/resources/uploads/${id}/file`;
      const [begun] = await uploads.intake.begin(principalOf(response), [toRequest(body)], formUrl);
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
      const formUrl = (id: string): string => `${request.baseUrl}/resources/uploads/${id}/file`;
      const entries = body.uploads.map((entry) => (entry instanceof Problem ? entry : toRequest(entry)));
      const outcomes = await uploads.intake.begin(principalOf(response), entries, formUrl);
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
      problems: ['invalid-request', 'upload-refused', 'upload-size', 'upload-over', 'not-found'],
      example: sendExample,
    },
    async ({ params, request }) => {
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
        ...['sign-in-required', 'forbidden', 'not-found', 'upload-incomplete', 'upload-size', 'upload-over'],
        ...[
          'checksum-mismatch',
          'content-mismatch',
          'unreadable-picture',
          'two-types',
          'unsafe-archive',
          'too-many-pixels',
          'upload-busy',
          'owner-revoked',
          'quota-exceeded',
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

function toRequest({ sha256, ...body }: z.output<typeof beginRequest>): UploadRequest {
  return { ...body, ...(sha256 === undefined ? {} : { sha256: Buffer.from(sha256, 'hex') }) };
}

function toBody({ expiresAt, ...begun }: BegunUpload): z.output<typeof begunUpload> {
  return { ...begun, expiresAt: expiresAt.toISOString() };
}
