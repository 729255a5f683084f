import {
  BlobNotFoundError,
  IncomingChangedError,
  newBlobKey,
  type BlobStore,
  type StoredBlob,
} from '../platform/blob-store.ts';
import { digestOf } from '../platform/stream-digest.ts';
import { forTenant, readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { discardBlob } from '../resources/change.store.ts';
import type { ResumableBytes } from './complete-upload.ts';
import { incomplete } from './problems.ts';
import { findUpload, lockUpload, noteObjectKey, stopTaking } from './store.ts';
import type { Upload } from './upload.ts';

/** Bytes that nobody but the server reaches, at the key that the upload names. */
export type TakenBytes = StoredBlob & { key: string };

/** Takes what has arrived of uploads out of the reach of who sends, one call at a time. */
export class UploadTaking {
  readonly #db: TenantDatabase;
  readonly #blobs: BlobStore;
  readonly #resumable: Pick<ResumableBytes, 'requireWhole'>;

  constructor(parts: {
    db: TenantDatabase;
    blobs: BlobStore;
    resumable: Pick<ResumableBytes, 'requireWhole'>;
  }) {
    this.#db = parts.db;
    this.#blobs = parts.blobs;
    this.#resumable = parts.resumable;
  }

  /**
   * Takes the bytes, and the claim to them. Whoever gets them measures them again only when nobody else is at work.
   *
   * @returns undefined: somebody else was faster or is at work, or other bytes came
   * @throws Problem upload-incomplete
   */
  async take(upload: Upload): Promise<TakenBytes | undefined> {
    const { id, objectKey, how } = upload;
    if (how === 'post' && upload.isBeingTaken) return undefined;
    // Who waited for the lock may find that it was done meanwhile.
    if (how === 'tus' && !(await this.#isUntouched(upload))) return undefined;
    // Taken before, by a call that did not come to its end.
    if (objectKey !== null && (await this.#blobs.head(objectKey))) {
      if (!(await this.#claim(upload, objectKey))) return undefined;
      const measure = async (): Promise<TakenBytes> => ({
        ...{ key: objectKey, ...(await digestOf(await this.#blobs.get(objectKey))) },
      });
      return orNothing(this.letGoOnError(upload, objectKey, measure));
    }
    if (how === 'tus' && objectKey === null) await this.#resumable.requireWhole(upload);
    const arrived = await this.#blobs.incoming.head(id);
    if (!arrived) {
      if (objectKey === null && (await this.#isUntouched(upload))) throw incomplete();
      return undefined;
    }
    const key = newBlobKey();
    if (!(await this.#claim(upload, key))) return undefined;
    const move = async (): Promise<TakenBytes | undefined> => {
      const taken = { ...(await this.#blobs.incoming.take(id, key, { tag: arrived.tag })), key };
      // It may have ended meanwhile, and who ended it may have looked for the object before it was there.
      if (await this.#isUntouched({ ...upload, objectKey: key })) return taken;
      await this.#blobs.delete(key);
      return undefined;
    };
    return orNothing(this.letGoOnError(upload, key, move));
  }

  /** Runs what works on taken bytes; when it fails, others need not wait for the end of the claim. */
  async letGoOnError<T>(
    { id, tenantId }: Pick<Upload, 'id' | 'tenantId'>,
    key: string,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await forTenant(this.#db, tenantId, (connection) => stopTaking(connection, id, key)).catch(
        () => undefined,
      );
      throw error;
    }
  }

  /** @param key where the bytes are going to be, or are @returns whether it is ours */
  #claim({ id, tenantId, objectKey, how }: Upload, key: string): Promise<boolean> {
    return forTenant(this.#db, tenantId, async (connection) => {
      const now = await lockUpload(connection, tenantId, id);
      if (!now || now.ended || now.objectKey !== objectKey) return false;
      // Resumable ones have a lock of their own, which ends with whoever has it.
      if (how === 'post' && now.isBeingTaken) return false;
      if (objectKey !== null && objectKey !== key) await discardBlob(connection, tenantId, objectKey);
      await noteObjectKey(connection, id, key);
      return true;
    });
  }

  async #isUntouched({
    tenantId,
    id,
    objectKey,
  }: Pick<Upload, 'tenantId' | 'id' | 'objectKey'>): Promise<boolean> {
    const now = await readForTenant(this.#db, tenantId, (connection) => findUpload(connection, tenantId, id));
    return now?.ended === null && now.objectKey === objectKey;
  }
}

/** @returns undefined when the bytes were replaced, or are gone */
const orNothing = <T>(work: Promise<T | undefined>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (error instanceof IncomingChangedError || error instanceof BlobNotFoundError) return undefined;
    throw error;
  });
