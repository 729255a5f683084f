import type { BlobStore } from '../platform/blob-store.ts';
import { incomplete } from './problems.ts';
import type { ResumableBytes } from './complete-upload.ts';
import type { UploadLocks } from './upload-locks.ts';
import { loadTus, type LookUp, type TusLibrary } from './tus-store.ts';
import type { Upload } from './upload.ts';

/** The bytes of resumable uploads: where tus writes them, and by which lock one at a time. */
export class TusBytes implements ResumableBytes {
  readonly locks: UploadLocks;
  readonly #blobs: BlobStore;
  #library: Promise<TusLibrary> | undefined;
  #lookUp: LookUp | undefined;

  constructor(blobs: BlobStore, locks: UploadLocks) {
    this.#blobs = blobs;
    this.locks = locks;
  }

  /** @param lookUp for the stores of tus; whoever answers its requests gives it before the first */
  asking(lookUp: LookUp): void {
    this.#lookUp = lookUp;
  }

  /**
   * The library, loaded when it is first needed.
   *
   * @throws Problem 501 `tus-unsupported` when it is not installed
   */
  library(): Promise<TusLibrary> {
    this.#library ??= loadTus(this.#blobs.incoming, (id) => {
      if (!this.#lookUp) throw new Error('nobody knows the uploads');
      return this.#lookUp(id);
    }).catch((error: unknown) => {
      this.#library = undefined;
      throw error;
    });
    return this.#library;
  }

  async exclusively<T>(id: string, work: () => Promise<T>): Promise<T> {
    const lock = await this.locks.acquire(id);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  async requireWhole({ id, size }: Upload): Promise<void> {
    const found = await this.#blobs.incoming.head(id);
    if (size === null || found?.size === size) return;
    const { store } = await this.library();
    if ((await store.makeWhole(id, size)) !== size) throw incomplete();
  }
}
