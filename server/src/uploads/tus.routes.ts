import type { Response } from 'express';
import { z } from 'zod';
import { EXAMINATION_PROBLEMS } from '../hygiene/finding-problem.ts';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { invalidRequest, notFound, Problem } from '../platform/problem.ts';
import { sendNothing } from '../platform/send-json.ts';
import { cancelTusExample, createTusExample, offsetTusExample, patchTusExample } from './tus-examples.ts';
import { requestOf } from './tus-metadata.ts';
import { tusUnsupported, wrongTusVersion } from './tus-problems.ts';
import { addressesOf } from './upload-addresses.ts';
import { beginRequest, toRequest, uploadId } from './upload-bodies.ts';
import type { UploadParts } from './upload-parts.ts';

const BYTES = 'application/offset+octet-stream';
const VERSION = { 'Tus-Resumable': { description: 'The protocol', required: true, example: '1.0.0' } };
const OFFSET = 'Where the upload stands, bytes';
const usual = { 'Tus-Resumable': '1.0.0', 'Resource-Id': 'The resource' };
const access = { tag: 'resources', access: 'signed-in', permission: 'resource:upload' } as const;
const PROBLEMS = ['sign-in-required', 'forbidden', 'not-found', 'tus-version', 'tus-unsupported'];
const OPEN = ['upload-over', 'upload-expired', 'upload-locked', 'storage-unavailable'];
const ENDS = [
  ...EXAMINATION_PROBLEMS,
  ...[
    'upload-size',
    'checksum-mismatch',
    'upload-busy',
    'owner-revoked',
    'collection-lost',
    'quota-exceeded',
  ],
];

/** Resumable uploads by tus 1.0: create, ask for the offset, send, cancel. docs/uploads.md has the whole contract. */
export function tusRoutes(routes: ApiRoutes, uploads: UploadParts): void {
  routes.add(
    {
      ...access,
      operationId: 'createTusUpload',
      method: 'post',
      path: '/resources/tus',
      summary: 'Begin a resumable upload as clients of tus do; its first bytes may come with it',
      requestHeaders: {
        ...VERSION,
        'Upload-Length': { description: 'Bytes, in all', required: true, example: '70' },
        'Upload-Metadata': {
          description:
            'Pairs of a key and its value in base64: filename, filetype, kind, sha256, label, notes',
          example: 'filename bWUucG5n,filetype aW1hZ2UvcG5n,kind YXZhdGFy',
        },
      },
      rawBody: 'Nothing, or with Content-Type application/offset+octet-stream the first bytes',
      responses: {
        201: {
          description: 'Begun',
          headers: { ...usual, Location: 'Where its bytes go', 'Upload-Expires': 'Until when' },
        },
      },
      problems: [
        ...[...PROBLEMS, ...OPEN, ...ENDS],
        ...['invalid-name', 'too-large', 'storage-full', 'too-many-uploads', 'collection-archived'],
      ],
      example: createTusExample,
    },
    async ({ request, response }) => {
      speakTus(request.headers, response);
      const { headers } = request;
      for (const name of ['Upload-Defer-Length', 'Upload-Concat']) {
        if (headers[name.toLowerCase()] !== undefined) throw tusUnsupported(`${name} is not supported.`);
      }
      const said = beginRequest.safeParse(
        requestOf(text(headers['upload-metadata']), text(headers['upload-length'])),
      );
      if (!said.success) {
        const [issue] = said.error.issues;
        throw invalidRequest(`Upload-Metadata: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
      }
      const principal = principalOf(response);
      const addresses = addressesOf(request);
      const wanted = { ...toRequest(said.data, principal), how: 'tus' as const };
      const [begun] = await uploads.intake.begin(principal, [wanted], addresses, () => 'Upload-Metadata');
      if (!begun || begun instanceof Problem) throw begun ?? new Error('no upload was begun');
      const { uploadId: id, expiresAt } = begun;
      response.set({ Location: addresses.tus(id), 'Resource-Id': begun.id });
      response.set('Upload-Expires', expiresAt.toUTCString());
      if (headers['content-type'] === BYTES) {
        const first = { ...headers, 'upload-offset': '0' };
        response.set(await uploads.resumable.patch(principal, id, request, first));
      }
      sendNothing(response, 201);
    },
  );

  routes.add(
    {
      ...access,
      operationId: 'offsetOfTusUpload',
      method: 'head',
      path: '/resources/tus/:uploadId',
      summary: 'Ask how much of a resumable upload of yours has arrived',
      params: z.object({ uploadId }),
      requestHeaders: VERSION,
      responses: {
        200: {
          description: 'So much',
          headers: {
            ...usual,
            'Upload-Offset': OFFSET,
            'Upload-Length': 'Bytes, in all',
            'Upload-Metadata': 'Name, type and kind, as it was begun',
            'Upload-Expires': 'Until when',
          },
        },
      },
      problems: [...PROBLEMS, ...OPEN, ...ENDS],
      example: offsetTusExample,
    },
    async ({ params, request, response }) => {
      speakTus(request.headers, response);
      response.set(await uploads.resumable.head(principalOf(response), params.uploadId));
      sendNothing(response, 200);
    },
  );

  routes.add(
    {
      ...access,
      operationId: 'sendTusUpload',
      method: 'patch',
      path: '/resources/tus/:uploadId',
      summary: 'Send more of a resumable upload of yours; with its last byte the resource is complete',
      params: z.object({ uploadId }),
      requestHeaders: {
        ...VERSION,
        'Upload-Offset': { description: OFFSET, required: true, example: '0' },
      },
      rawBody: 'Content-Type application/offset+octet-stream: the bytes from there on',
      responses: {
        204: {
          description: 'Taken',
          headers: { ...usual, 'Upload-Offset': OFFSET, 'Upload-Expires': 'Until when' },
        },
      },
      problems: [
        ...PROBLEMS,
        ...OPEN,
        ...ENDS,
        'upload-offset',
        'too-large',
        'storage-full',
        'too-many-uploads',
      ],
      example: patchTusExample,
    },
    async ({ params, request, response }) => {
      speakTus(request.headers, response);
      response.set(await uploads.resumable.patch(principalOf(response), params.uploadId, request));
      sendNothing(response, 204);
    },
  );

  routes.add(
    {
      ...access,
      operationId: 'cancelTusUpload',
      method: 'delete',
      path: '/resources/tus/:uploadId',
      summary: 'Cancel a resumable upload of yours that is not complete',
      params: z.object({ uploadId }),
      requestHeaders: VERSION,
      responses: { 204: { description: 'Cancelled', headers: { 'Tus-Resumable': '1.0.0' } } },
      problems: PROBLEMS,
      example: cancelTusExample,
    },
    async ({ params, request, response }) => {
      speakTus(request.headers, response);
      if (!(await uploads.ends.cancel(principalOf(response), params.uploadId)))
        throw notFound('There is no such upload.');
      sendNothing(response, 204);
    },
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Every answer says which protocol it is of. @throws Problem tus-version */
function speakTus(headers: Headers, response: Response): void {
  response.set('Tus-Resumable', '1.0.0');
  if (headers['tus-resumable'] !== '1.0.0') throw wrongTusVersion();
}

const text = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
