import type { Principal } from '../identity/principal.ts';
import { ownerRevoked, type OwnerKeys } from '../keys/owner-keys.ts';
import type { BlobStore, PresignedPost } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import { randomId } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { forTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import type { Examiner } from '../hygiene/examiner.ts';
import { findingProblem } from '../hygiene/finding-problem.ts';
import { newPath } from '../resources/collection-place.ts';
import { metadataText } from '../resources/metadata-text.ts';
import { NO_GROWTH, type Growth, type Quotas } from '../resources/quotas.ts';
import { refuseWrongKind, tooLarge } from '../resources/receive-bytes.ts';
import { displayName } from '../resources/stored-name.ts';
import { insertAwaited } from '../resources/unfinished.store.ts';
import { insertUpload } from './store.ts';
import type { UploadForms } from './upload-form.ts';
import type { UploadRequest } from './upload.ts';

const FORM_MS = 3_600_000;

/** An upload that has begun. */
export interface BegunUpload extends PresignedPost {
  how: 'post' | 'tus';
  /** Of the resource. */
  id: string;
  uploadId: string;
  expiresAt: Date;
  /** Bytes. */
  maxBytes: number;
}

/** Where the bytes of an upload go at the gateway; may be relative to its address. */
export interface UploadAddresses {
  form: (uploadId: string) => string;
  tus: (uploadId: string) => string;
}

/** What an intake works with. */
export interface IntakeParts {
  db: TenantDatabase;
  blobs: BlobStore;
  keys: OwnerKeys;
  forms: UploadForms;
  clock: Clock;
  maxBytes: number;
  quotas: Quotas;
  examiner: Examiner;
  /** How long a resumable upload lives without a byte. */
  tusHours: number;
}

/** Begins uploads: a resource that waits for its bytes, and a form that brings them. */
export class UploadIntake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Begins many in one transaction, each judged by itself.
   *
   * @param requests what is a problem already stays one
   * @param placeOf names a request in a refusal, by its index, e.g. `body.uploads[3]`
   * @returns in the order of the requests
   * @throws Problem owner-revoked
   */
  async begin(
    { tenantId, id: ownerId, name }: Pick<Principal, 'tenantId' | 'id' | 'name'>,
    requests: readonly (UploadRequest | Problem)[],
    addresses: UploadAddresses,
    placeOf: (index: number) => string = () => 'body',
  ): Promise<(BegunUpload | Problem)[]> {
    const { db, keys, quotas } = this.#parts;
    const judged = requests.map((request, index) =>
      request instanceof Problem ? request : this.#judge(request, placeOf(index)),
    );
    await this.#admit(tenantId, judged);
    const refused = judged.filter((request) => request instanceof Problem);
    // Nobody becomes an owner by what is refused.
    if (refused.length === judged.length) return refused;
    const handle = await keys.handleOf({ tenantId, id: ownerId, name });
    const person = { tenantId, ownerId, handle };
    // Before any row: a store that gives no forms now leaves nothing that holds room.
    const wanted = await Promise.all(
      judged.map((request) => (request instanceof Problem ? request : this.#prepare(request, addresses))),
    );
    return forTenant(db, tenantId, async (connection) => {
      if (!(await keys.isStill(connection, { tenantId, id: ownerId, handle }))) throw ownerRevoked();
      const growths = judged.map((request): Growth =>
        request instanceof Problem ? NO_GROWTH : { resources: 1, bytes: request.size },
      );
      const noRoom = await quotas.admit(connection, { tenantId, ownerId }, growths);
      const made: (BegunUpload | Problem)[] = [];
      for (const [index, request] of wanted.entries()) {
        const answer = noRoom[index] ?? request;
        if (!(answer instanceof Problem)) await note(connection, { ...answer, ...person });
        made.push(answer instanceof Problem ? answer : answer.begun);
      }
      return made;
    });
  }

  /** Puts the refusal in the place of whatever is for a collection that does not take it. */
  async #admit(tenantId: string, judged: (UploadRequest | Problem)[]): Promise<void> {
    if (!judged.some((one) => !(one instanceof Problem) && one.place)) return;
    await forTenant(this.#parts.db, tenantId, async (connection) => {
      for (const [index, one] of judged.entries()) {
        if (one instanceof Problem) continue;
        const refusal = await one.place?.admit(connection).catch(problemOf);
        if (refusal) judged[index] = refusal;
      }
    });
  }

  #endOf({ how }: UploadRequest): Date {
    const { clock, tusHours } = this.#parts;
    const lifetime = how === 'tus' ? tusHours * 3_600_000 : FORM_MS;
    return new Date(Math.floor((clock.now() + lifetime) / 1000) * 1000);
  }

  #judge(request: UploadRequest, place: string): UploadRequest | Problem {
    try {
      const { examiner } = this.#parts;
      const name = displayName(request.name);
      const unwanted = examiner.refuseName(name) ?? examiner.refuseType(request.contentType);
      if (unwanted) throw findingProblem(unwanted);
      refuseWrongKind(request.kind, request.contentType);
      if (request.size > this.#parts.maxBytes) throw tooLarge(this.#parts.maxBytes);
      const label = metadataText(`${place}.label`, request.label ?? null);
      const notes = metadataText(`${place}.notes`, request.notes ?? null);
      return { ...request, name, label, notes };
    } catch (error) {
      return problemOf(error);
    }
  }

  async #prepare(request: UploadRequest, addresses: UploadAddresses): Promise<Wanted> {
    const [id, uploadId, expiresAt] = [`res_${randomId()}`, randomId(), this.#endOf(request)];
    const ids = { id, uploadId, expiresAt };
    return { ...request, expiresAt, begun: await this.#formFor({ ...request, ...ids }, addresses) };
  }

  async #formFor(
    {
      id,
      uploadId,
      how = 'post',
      contentType,
      size,
      expiresAt,
    }: UploadRequest & Pick<BegunUpload, 'id' | 'uploadId' | 'expiresAt'>,
    addresses: UploadAddresses,
  ): Promise<BegunUpload> {
    const { blobs, forms } = this.#parts;
    const begun = { id, uploadId, how, expiresAt, maxBytes: size };
    if (how === 'tus') return { ...begun, url: addresses.tus(uploadId), fields: {} };
    const policy = { id: uploadId, contentType, minSize: size, maxSize: size, expiresAt };
    const form = await blobs.incoming.presignPost?.(policy);
    return { ...begun, ...(form ?? forms.sign(addresses.form(uploadId), policy)) };
  }
}

/** @throws what is no problem */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

interface Wanted extends UploadRequest {
  /** Of the upload; its form may end sooner. */
  expiresAt: Date;
  /** What is answered once it is noted. */
  begun: BegunUpload;
}

async function note(
  connection: TenantConnection,
  request: Wanted & { tenantId: string; ownerId: string; handle: string },
): Promise<void> {
  const { tenantId, ownerId, handle: ownerHandle, kind, name, contentType, size, expiresAt, place } = request;
  const { label = null, notes = null, how = 'post' } = request;
  const { id, uploadId } = request.begun;
  const path = newPath({ kind, ownerHandle, name, contentType }, place);
  const collectionId = place?.collectionId ?? null;
  const resource = {
    ...{ id, tenantId, path, kind, ownerId, collectionId },
    ...{ displayName: name, contentType, size, label, notes },
  };
  if (!(await insertAwaited(connection, resource))) throw new Error('a random path is taken');
  const sha256 = request.sha256 ?? null;
  await insertUpload(connection, {
    ...{ id: uploadId, tenantId, resourceId: id, how, contentType, size, sha256, expiresAt },
  });
}
