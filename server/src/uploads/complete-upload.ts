import { setTimeout as sleep } from 'node:timers/promises';
import { writeEvent } from '../audit/event.store.ts';
import { placeIn } from '../collections/place-in.ts';
import type { Examiner } from '../hygiene/examiner.ts';
import { storedObject } from '../hygiene/examination.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import type { Principal } from '../identity/principal.ts';
import { ownerRevoked, type OwnerKeys } from '../keys/owner-keys.ts';
import { newBlobKey, type BlobStore, type StoredBlob } from '../platform/blob-store.ts';
import { CommitUnanswered } from '../platform/database.ts';
import { notFound, Problem } from '../platform/problem.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { discardBlob, lockResource } from '../resources/change.store.ts';
import type { CollectionPlace } from '../resources/collection-place.ts';
import type { Quotas } from '../resources/quotas.ts';
import { continueRotation } from '../resources/store.ts';
import { completeAwaited, failAwaited } from '../resources/unfinished.store.ts';
import { busy, checksumMismatch, collectionLost, over, wrongSize } from './problems.ts';
import { SharedWork } from './shared-work.ts';
import { endUpload, lockUpload, uploadOf } from './store.ts';
import { UploadTaking, type TakenBytes } from './take-upload.ts';
import { endOf, type Upload } from './upload.ts';
import { whileTaken } from './while-taken.ts';

const ATTEMPTS = 400;
const PAUSE_MS = 100;
/** How long one call waits for another one that is at work, at this server or another. */
const PATIENCE_MS = 60_000;
const FINISHED = new Set(['completed', 'quarantined']);

/** What keeps resumable uploads still while they are completed. */
export interface ResumableBytes {
  /** Runs while nobody writes to the upload. @throws Problem upload-locked */
  exclusively<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** @throws Problem upload-incomplete unless the whole upload is one object of `incoming` */
  requireWhole(upload: Upload): Promise<void>;
}

type Waiting = Upload & { resource: NonNullable<Upload['resource']> };

/**
 * Makes uploads resources. The bytes are taken out of reach of whoever holds the form, then verified, then committed as the
 * resource: what is verified is what is delivered. Where they are going to be is written down before they are taken, so a
 * crash at any step is gone on with by the next call, or swept.
 */
export class UploadCompletion {
  readonly #db: TenantDatabase;
  readonly #blobs: BlobStore;
  readonly #keys: OwnerKeys;
  readonly #examiner: Examiner;
  readonly #quotas: Quotas;
  readonly #resumable: ResumableBytes;
  readonly #clearDiscarded: () => void;
  readonly #prolongMs: number | undefined;
  readonly #patienceMs: number;
  readonly #taking: UploadTaking;
  readonly #underWay: SharedWork;

  /**
   * @param parts.clearDiscarded removes objects that were discarded, now: nobody waits for it
   * @param parts.prolongMs how often the claim to take an upload is prolonged
   * @param parts.patienceMs how long a call waits for another one that is at work
   */
  constructor(parts: {
    db: TenantDatabase;
    blobs: BlobStore;
    keys: OwnerKeys;
    examiner: Examiner;
    quotas: Quotas;
    resumable: ResumableBytes;
    clearDiscarded: () => void;
    prolongMs?: number;
    patienceMs?: number;
  }) {
    this.#db = parts.db;
    this.#blobs = parts.blobs;
    this.#keys = parts.keys;
    this.#examiner = parts.examiner;
    this.#quotas = parts.quotas;
    this.#resumable = parts.resumable;
    this.#clearDiscarded = parts.clearDiscarded;
    this.#prolongMs = parts.prolongMs;
    this.#patienceMs = parts.patienceMs ?? PATIENCE_MS;
    this.#taking = new UploadTaking(parts);
    this.#underWay = new SharedWork(this.#patienceMs);
  }

  /**
   * Completes the upload of a resource of this person. Repeating it, also at the same time, does nothing more: calls at
   * this server share one outcome, and one server takes it at a time. A resource that waits for no upload is left as it is.
   *
   * @throws Problem upload-incomplete, upload-size, checksum-mismatch, content-mismatch, upload-over, upload-busy,
   *   upload-locked, owner-revoked, not-found, quota-exceeded, collection-lost
   */
  async complete(principal: Principal, resourceId: string): Promise<void> {
    const upload = await this.#find(principal, resourceId);
    if (upload) await this.#underWay.do(upload.id, () => this.#untilOver(principal, upload), isIncomplete);
  }

  async #untilOver(principal: Principal, first: Waiting): Promise<void> {
    let upload: Waiting | undefined = first;
    let waitedMs = 0;
    for (let attempts = 0; attempts < ATTEMPTS && waitedMs < this.#patienceMs;) {
      if (!upload || (await this.#finish(principal, upload))) return;
      await sleep(PAUSE_MS);
      if (upload.isBeingTaken) waitedMs += PAUSE_MS;
      else attempts += 1;
      upload = await this.#find(principal, first.resource.id);
    }
    throw busy();
  }

  /** @returns undefined: there is nothing to do */
  async #find({ tenantId, id: principalId }: Principal, resourceId: string): Promise<Waiting | undefined> {
    const upload = await readForTenant(this.#db, tenantId, (connection) =>
      uploadOf(connection, tenantId, resourceId),
    );
    if (!upload?.resource || FINISHED.has(upload.resource.state)) return undefined;
    if (upload.resource.ownerId !== principalId) throw notFound('There is no such resource.');
    const end = endOf(upload);
    if (end !== undefined) throw over(end);
    return { ...upload, resource: upload.resource };
  }

  /** @returns whether it is over */
  #finish(principal: Principal, upload: Waiting): Promise<boolean> {
    const { collectionId } = upload.resource;
    const place = collectionId === null ? undefined : placeIn(principal, collectionId);
    const attempt = (): Promise<boolean> =>
      this.#attempt(upload, place).catch((error: unknown) => {
        if (error instanceof NotAdmitted) return this.#fail(upload, error.taken, collectionLost());
        throw error;
      });
    const isOver = (): Promise<boolean> => whileTaken(this.#db, upload, attempt, this.#prolongMs);
    return upload.how === 'tus' ? this.#resumable.exclusively(upload.id, isOver) : isOver();
  }

  /** @returns whether it is over; false: somebody else was faster, or other bytes came */
  async #attempt(upload: Waiting, place: CollectionPlace | undefined): Promise<boolean> {
    const taken = await this.#taking.take(upload);
    if (!taken) return false;
    return this.#taking.letGoOnError(upload, taken.key, () => this.#verify(upload, taken, place));
  }

  async #verify(upload: Waiting, taken: TakenBytes, place: CollectionPlace | undefined): Promise<boolean> {
    const fault = faultOf(upload, taken);
    if (fault) return this.#fail(upload, taken.key, fault);
    const { tenantId, contentType: declaredType, resource } = upload;
    const finding = await this.#examiner.examine({
      ...{ tenantId, declaredType, kind: resource.kind, name: resource.displayName },
      bytes: storedObject(this.#blobs, taken.key, taken.size),
    });
    if (finding.verdict === 'refused') return this.#fail(upload, taken.key, findingProblem(finding));
    const whole = { ...taken, taken: taken.key, contentType: declaredType };
    if (finding.verdict === 'quarantined')
      return this.#commit(upload, { ...whole, state: 'quarantined', why: finding.reason }, place);
    const clean = { ...whole, contentType: finding.contentType, state: 'completed' as const };
    if (!finding.replacement) return this.#commit(upload, clean, place);
    const key = newBlobKey();
    try {
      const replaced = await this.#blobs.put(key, finding.replacement());
      const isOurs = await this.#commit(upload, { ...clean, ...replaced, key }, place);
      if (!isOurs) await this.#blobs.delete(key);
      return isOurs;
    } catch (error) {
      if (!(error instanceof CommitUnanswered)) await this.#blobs.delete(key);
      throw error;
    }
  }

  async #fail({ id, tenantId, resource }: Waiting, key: string, fault: Problem): Promise<false> {
    const isOurs = await forTenant(this.#db, tenantId, async (connection) => {
      await lockResource(connection, tenantId, resource.id);
      const now = await lockUpload(connection, tenantId, id);
      if (!now || now.ended || now.objectKey !== key) return false;
      await failAwaited(connection, resource.id);
      await endUpload(connection, id, 'failed', fault.code);
      await discardBlob(connection, tenantId, key);
      await writeEvent(connection, {
        ...{ event: 'upload-failed', tenantId, path: resource.path, resourceId: resource.id },
        ...{ actor: resource.ownerId, owner: resource.ownerId, reason: fault.code },
      });
      return true;
    });
    if (!isOurs) return false;
    // They count for nobody any more, so they must not stay.
    this.#clearDiscarded();
    throw fault;
  }

  #commit(
    { id, tenantId, resource }: Waiting,
    { key, taken, ...stored }: Examined,
    place: CollectionPlace | undefined,
  ): Promise<boolean> {
    const { ownerId, path } = resource;
    const { size, state, why } = stored;
    return forTenant(this.#db, tenantId, async (connection) => {
      if (!(await this.#keys.isStill(connection, { tenantId, id: ownerId }))) throw ownerRevoked();
      // Whoever deletes a resource takes the two locks in this order.
      const locked = await lockResource(connection, tenantId, resource.id);
      const now = await lockUpload(connection, tenantId, id);
      if (!now || now.ended || now.objectKey !== taken) return false;
      await place?.admit(connection).catch((error: unknown) => {
        throw error instanceof Problem ? new NotAdmitted(taken) : error;
      });
      // Room was taken when it began, for as many bytes as were announced then.
      const growth = { resources: 0, bytes: size - (locked?.size ?? 0) } as const;
      await this.#quotas.require(connection, { tenantId, ownerId }, growth);
      const row = { ...stored, id: resource.id, objectKey: key };
      const isStored = await completeAwaited(connection, row);
      if (!isStored || key !== taken) await discardBlob(connection, tenantId, taken);
      await endUpload(connection, id, isStored ? 'completed' : 'cancelled');
      if (!isStored) return false;
      await continueRotation(connection, { id: resource.id, tenantId, path });
      await writeEvent(connection, {
        event: state === 'completed' ? 'resource-created' : 'resource-quarantined',
        ...{ tenantId, path, resourceId: resource.id },
        ...{
          actor: ownerId,
          owner: ownerId,
          bytes: size,
          ...(why === undefined ? {} : { reason: why }),
        },
      });
      return true;
    });
  }
}

const isIncomplete = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'upload-incomplete';

/** The collection that it was for does not take it any more; `taken`: the key that the upload names. */
class NotAdmitted extends Error {
  readonly taken: string;

  constructor(taken: string) {
    super('the collection does not take it');
    this.taken = taken;
  }
}

/** What is to be committed. `taken`: the key that the upload names; `key`: where the bytes to deliver are. */
interface Examined extends StoredBlob {
  key: string;
  taken: string;
  contentType: string;
  state: 'completed' | 'quarantined';
  /** Of a quarantine. */
  why?: string;
}

function faultOf(upload: Upload, { size, sha256 }: StoredBlob): Problem | undefined {
  if (upload.size !== null && size !== upload.size) return wrongSize(upload.size, size);
  return upload.sha256 && !upload.sha256.equals(sha256) ? checksumMismatch() : undefined;
}
