import type { BlobStore } from '../platform/blob-store.ts';
import { incomplete } from './problems.ts';
import type { ResumableBytes } from './complete-upload.ts';
import type { UploadLock, UploadLocks } from './upload-locks.ts';
import { loadTus, type TusDesk, type TusLibrary } from './tus-store.ts';
import type { Upload } from './upload.ts';

/** The bytes of resumable uploads: where tus writes them, and by which lock one at a time. */
export class TusBytes implements ResumableBytes {
  readonly locks: UploadLocks;
  readonly #blobs: BlobStore;
  #library: Promise<TusLibrary> | undefined;
  #desk: TusDesk | undefined;

  constructor(blobs: BlobStore, locks: UploadLocks) {
    this.#blobs = blobs;
    this.locks = locks;
  }

  /** @param desk for the stores of tus; whoever answers its requests gives it before the first */
  asking(desk: TusDesk): void {
    this.#desk = desk;
  }

  /**
   * The library, loaded when it is first needed.
   *
   * @throws Problem 501 `tus-unsupported` when it is not installed
   */
  library(): Promise<TusLibrary> {
    if (!this.#desk) throw new Error('nobody knows the uploads');
    this.#library ??= loadTus(this.#blobs.incoming, this.#desk).catch((error: unknown) => {
      this.#library = undefined;
      throw error;
    });
    return this.#library;
  }

  async exclusively<T>(id: string, work: () => Promise<T>): Promise<T> {
    return holding(await this.locks.acquire(id), work);
  }

  /**
   * Runs when nobody works any more on an upload that has ended; who does, at any server, is told so.
   *
   * @throws Problem upload-locked when somebody does not stop; what the database fails with
   */
  async afterTheEnd<T>(id: string, work: () => Promise<T>): Promise<T> {
    return holding(await this.locks.acquireEnded(id), work);
  }

  async requireWhole({ id, size }: Upload): Promise<void> {
    const found = await this.#blobs.incoming.head(id);
    if (size === null || found?.size === size) return;
    const { store } = await this.library();
    if ((await store.makeWhole(id, size)) !== size) throw incomplete();
  }
}

async function holding<T>(lock: UploadLock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
