import type { Readable } from 'node:stream';
import { storedObject, type Clean, type Quarantined } from '../hygiene/examination.ts';
import type { Examiner } from '../hygiene/examiner.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import { newBlobKey, type BlobStore } from '../platform/blob-store.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { firstBytes } from './first-bytes.ts';
import type { UploadsAtOnce } from './uploads-at-once.ts';
import { resourceKinds, type Resource } from './resource.ts';

const emptyUpload = (): Problem => new Problem(400, 'empty-upload', 'The upload has no bytes');

/** 413 `too-large`. @param limit bytes */
export const tooLarge = (limit: number): Problem =>
  new Problem(413, 'too-large', 'The upload is too large', `At most ${limit} bytes (MAX_UPLOAD_BYTES).`);

/** @throws Problem unsupported-type when resources of this kind cannot be of this type */
export function refuseWrongKind(kind: string, contentType: string): void {
  const known = (resourceKinds as Readonly<Record<string, { content: RegExp }>>)[kind];
  if (known && !known.content.test(contentType)) {
    throw findingProblem({
      verdict: 'refused',
      code: 'unsupported-type',
      reason: `A ${kind} cannot be ${contentType}.`,
    });
  }
}

/** What is in the blob store of one upload, and whether it may be delivered. */
export type StoredBytes = Pick<Resource, 'objectKey' | 'size' | 'sha256' | 'contentType'> & {
  state: 'completed' | 'quarantined';
  /** Why they are in quarantine. */
  why?: string;
};

/** What bytes are received with. */
export interface Reception {
  blobs: BlobStore;
  /** Largest upload, bytes. */
  maxBytes: number;
  examiner: Examiner;
  /** What people send at the same time. */
  atOnce: UploadsAtOnce;
}

/** Bytes that are on their way. */
export interface Arrival {
  tenantId: string;
  kind: string;
  body: Readable;
  /** Principal id of who sends them; undefined: they come from this server. */
  sender?: string | undefined;
  /** Declared media type, without parameters. */
  contentType: string;
  /** As somebody sees it. */
  displayName?: string | undefined;
  /** They are to take the place of others: what is not clean is then not kept, and those others stay as they are. */
  isReplacement?: boolean;
}

/**
 * Stores the bytes of an upload under a new key, looks at them, and has them recorded: all of it, or nothing.
 *
 * @param record makes them somebody's; when it fails, the bytes are removed
 * @returns what `record` returned
 * @throws Problem content-mismatch, empty-upload, too-large, too-many-uploads, and whatever else an examination refuses; `quarantined` when
 *   they were recorded and must not be delivered; whatever `record` throws
 */
export function receiveBytes<T>(
  reception: Reception,
  arrival: Arrival,
  record: (stored: StoredBytes) => Promise<T>,
): Promise<T> {
  const { tenantId, sender: ownerId } = arrival;
  const receive = (): Promise<T> => storeBytes(reception, arrival, record);
  return ownerId === undefined ? receive() : reception.atOnce.during({ tenantId, ownerId }, receive);
}

async function storeBytes<T>(
  { blobs, maxBytes, examiner }: Reception,
  { tenantId, kind, body, contentType: declaredType, displayName: name, isReplacement = false }: Arrival,
  record: (stored: StoredBytes) => Promise<T>,
): Promise<T> {
  const { head, whole } = await firstBytes(body, maxBytes, tooLarge);
  if (head.length === 0) throw emptyUpload();
  const refused = await examiner.glance({ kind, declaredType, name, head });
  if (refused) throw findingProblem(refused);

  let objectKey = newBlobKey();
  try {
    let stored = await blobs.put(objectKey, whole);
    const bytes = storedObject(blobs, objectKey, stored.size);
    const finding = await examiner.examine({ tenantId, kind, declaredType, name, bytes });
    if (finding.verdict === 'refused') throw findingProblem(finding);
    if (finding.verdict === 'quarantined' && isReplacement) throw findingProblem(finding);
    if (finding.verdict === 'clean' && finding.replacement) {
      const examined = objectKey;
      objectKey = newBlobKey();
      stored = await blobs.put(objectKey, finding.replacement()).finally(() => blobs.delete(examined));
    }
    const recorded = await record({ objectKey, ...stored, ...fateOf(finding, declaredType) });
    if (finding.verdict === 'quarantined') throw new Kept(findingProblem(finding));
    return recorded;
  } catch (error) {
    if (error instanceof Kept) throw error.problem;
    // A resource whose commit may have happened keeps its bytes: bytes without a resource harm nobody.
    if (!(error instanceof CommitUnanswered)) await blobs.delete(objectKey);
    throw error;
  }
}

/** Recorded, and yet a problem for whoever uploads. */
class Kept extends Error {
  readonly problem: Error;
  constructor(problem: Error) {
    super(problem.message);
    this.problem = problem;
  }
}

function fateOf(
  finding: Clean | Quarantined,
  declaredType: string,
): Pick<StoredBytes, 'contentType' | 'state' | 'why'> {
  return finding.verdict === 'clean'
    ? { contentType: finding.contentType, state: 'completed' }
    : { contentType: declaredType, state: 'quarantined', why: finding.reason };
}
