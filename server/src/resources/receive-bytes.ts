import type { Readable } from 'node:stream';
import { newBlobKey, type BlobStore } from '../platform/blob-store.ts';
import { sniffContentType } from '../platform/content-type.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { firstBytes } from './first-bytes.ts';
import { resourceKinds, type Resource } from './resource.ts';

/** 415 `content-mismatch`: the bytes are something else than was declared. */
const contentMismatch = (declared: string, found: string | undefined): Problem =>
  new Problem(
    415,
    'content-mismatch',
    'The bytes are not what the Content-Type says',
    `Declared ${declared}, found ${found ?? 'something that is not a known file type'}.`,
  );

const emptyUpload = (): Problem => new Problem(400, 'empty-upload', 'The upload has no bytes');

const tooLarge = (limit: number): Problem =>
  new Problem(413, 'too-large', 'The upload is too large', `At most ${limit} bytes (MAX_UPLOAD_BYTES).`);

const wrongKind = (kind: string, contentType: string): Problem =>
  new Problem(
    415,
    'unsupported-type',
    'This kind of resource takes other types',
    `A ${kind} cannot be ${contentType}.`,
  );

/** Types that have no signature in their bytes; what is sent as such must not be anything known. */
const UNSIGNED_TYPES = /^(text\/plain|text\/csv|text\/markdown|application\/json|application\/octet-stream)$/;

/** @throws Problem unsupported-type when resources of this kind cannot be of this type */
export function refuseWrongKind(kind: string, contentType: string): void {
  const known = (resourceKinds as Readonly<Record<string, { content: RegExp }>>)[kind];
  if (known && !known.content.test(contentType)) throw wrongKind(kind, contentType);
}

/** What is in the blob store of one upload. */
export type StoredBytes = Pick<Resource, 'objectKey' | 'size' | 'sha256'>;

/**
 * Stores the bytes of an upload under a new key, and has them recorded: all of it, or nothing.
 *
 * @param record makes them somebody's; when it fails, the bytes are removed
 * @returns what `record` returned
 * @throws Problem content-mismatch, empty-upload, too-large; whatever `record` throws
 */
export async function receiveBytes<T>(
  { blobs, maxBytes }: { blobs: BlobStore; maxBytes: number },
  { body, contentType }: { body: Readable; contentType: string },
  record: (stored: StoredBytes) => Promise<T>,
): Promise<T> {
  const { head, whole } = await firstBytes(body, maxBytes, tooLarge);
  if (head.length === 0) throw emptyUpload();
  await refuseMismatch(contentType, head);

  const objectKey = newBlobKey();
  try {
    const { size, sha256 } = await blobs.put(objectKey, whole);
    return await record({ objectKey, size, sha256 });
  } catch (error) {
    // A resource whose commit may have happened keeps its bytes: bytes without a resource harm nobody.
    if (!(error instanceof CommitUnanswered)) await blobs.delete(objectKey);
    throw error;
  }
}

async function refuseMismatch(declared: string, head: Uint8Array): Promise<void> {
  const found = await sniffContentType(head);
  if (found === declared) return;
  if (found === undefined && UNSIGNED_TYPES.test(declared)) return;
  throw contentMismatch(declared, found);
}
