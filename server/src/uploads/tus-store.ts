import type { DataStore } from '@tus/server';
import type { IncomingBlobs } from '../platform/blob-store.ts';
import { tusUnsupported } from './tus-problems.ts';

/** Whoever answers the requests of tus, as far as its stores ask. */
export interface TusDesk {
  /**
   * How many bytes an upload is to have. It is asked under the lock, each time: rejects with a Problem when the upload
   * takes none any more.
   */
  lookUp(id: string): Promise<{ size: number }>;
  /**
   * The offset is right, and bytes are written from now on.
   *
   * @returns aborted when nothing may be written any more: the upload has ended, or the lock is lost
   */
  accept(): AbortSignal;
}

/** What the stores of uploads do more than those of tus. */
export interface TusWhole {
  /** Makes an upload one object when all of its bytes are there. @returns how many are */
  makeWhole(id: string, size: number): Promise<number>;
}

/** The library of tus, and where it writes: the uploads under way of a blob store. */
export interface TusLibrary {
  tus: typeof import('@tus/server');
  store: DataStore & TusWhole;
}

/**
 * Loads tus, and its store for where uploads are kept.
 *
 * @throws Problem 501 `tus-unsupported` when the packages are not installed: they are optional
 */
export async function loadTus({ place }: Pick<IncomingBlobs, 'place'>, desk: TusDesk): Promise<TusLibrary> {
  try {
    const tus = await import('@tus/server');
    if ('folder' in place) {
      const { UploadFiles } = await import('./tus-files.ts');
      return { tus, store: new UploadFiles(place, desk) };
    }
    const { UploadObjects } = await import('./tus-objects.ts');
    return { tus, store: new UploadObjects(place, desk) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw tusUnsupported(
      'Its optional packages are not installed: npm install @tus/server @tus/file-store @tus/s3-store',
    );
  }
}
