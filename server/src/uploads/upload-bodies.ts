import { z } from 'zod';
import { placeIn } from '../collections/place-in.ts';
import type { Principal } from '../identity/principal.ts';
import { invalidRequest, type Problem } from '../platform/problem.ts';
import { resourceKinds, type ResourceKind } from '../resources/resource.ts';
import type { BegunUpload } from './begin-upload.ts';
import { typeOfName } from './type-of-name.ts';
import type { UploadRequest } from './upload.ts';

/** Most uploads that one call begins. */
export const MOST_AT_ONCE = 100;

/** What somebody wants to upload. */
export const beginRequest = z
  .strictObject({
    name: z.string().min(1).max(1024).describe('File name, as somebody sees it'),
    kind: z
      .enum(Object.keys(resourceKinds) as [ResourceKind, ...ResourceKind[]])
      .describe('What it is for: decides the folder, and which types it takes'),
    contentType: z
      .string()
      .max(127)
      .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'a media type, e.g. image/jpeg')
      .optional()
      .describe(
        'Media type in lower case, without parameters. Left out: what the extension of `name` says; the bytes must be that',
      ),
    size: z.int().min(1).describe('Bytes, exactly'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case')
      .optional()
      .describe('Of the whole file; what arrives is compared with it'),
    label: z.string().max(200).nullable().optional().describe('A few words'),
    notes: z.string().max(4000).nullable().optional().describe('Text of several lines'),
    collection: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'the id of a collection')
      .optional()
      .describe('Id of the collection it is to be in; assign asks the same'),
    how: z
      .enum(['post', 'tus'])
      .optional()
      .describe('`post` (default): by a signed form; `tus`: resumable, in as many requests as it takes'),
  })
  .meta({ id: 'UploadRequest' });

/** An upload that has begun. */
export const begunUpload = z
  .object({
    id: z.string().describe('Of the resource, which waits for its bytes'),
    uploadId: z.string(),
    how: z.enum(['post', 'tus']),
    url: z
      .string()
      .describe('Where the form, or the client of tus, goes; may be relative to the address of this call'),
    fields: z
      .record(z.string(), z.string())
      .describe('Fields of the form, before the field `file`. Secret. None with tus.'),
    expiresAt: z.iso.datetime(),
    maxBytes: z.number().int().describe('Most that is taken'),
  })
  .meta({ id: 'BegunUpload' });

/** An entry of a batch that is not of the form. */
export class WrongEntry {
  readonly #issue: { path: readonly PropertyKey[]; message: string } | undefined;

  constructor(entry: unknown) {
    [this.#issue] = beginRequest.safeParse(entry).error?.issues ?? [];
  }

  /** @param place names the entry, e.g. `body.uploads[3]` */
  problemAt(place: string): Problem {
    const { path = [], message = 'not valid' } = this.#issue ?? {};
    return invalidRequest(`${[place, ...path.map(String)].join('.')}: ${message}`);
  }
}

const batchEntry = z.union([
  beginRequest,
  z
    .unknown()
    .describe('Anything else: the answer has an error in its place')
    .transform((entry) => new WrongEntry(entry)),
]);

/** Many at once. */
export const batchRequest = z
  .strictObject({ uploads: z.array(batchEntry).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'UploadBatchRequest' });

/** What became of each. */
export const batchAnswer = z
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

/** Bytes that arrived. */
export const arrivedBody = z.object({ uploadId: z.string() }).meta({ id: 'ArrivedUpload' });

/** Whether an upload was cancelled. */
export const cancelledBody = z
  .object({ cancelled: z.boolean().describe('false: there was none that could be') })
  .meta({ id: 'CancelledUpload' });

/** Id of an upload, as it comes. */
export const uploadId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .describe('Of the upload');

/** @returns an upload to begin, from the body of a call of this principal */
export function toRequest(
  { sha256, collection, ...body }: z.output<typeof beginRequest>,
  principal: Principal,
): UploadRequest {
  return {
    ...body,
    contentType: body.contentType ?? typeOfName(body.name),
    ...(sha256 === undefined ? {} : { sha256: Buffer.from(sha256, 'hex') }),
    ...(collection === undefined ? {} : { place: placeIn(principal, collection) }),
  };
}

/** @returns the body that tells of an upload that has begun */
export function toBody({ expiresAt, ...begun }: BegunUpload): z.output<typeof begunUpload> {
  return { ...begun, expiresAt: expiresAt.toISOString() };
}
