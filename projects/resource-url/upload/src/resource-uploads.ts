import type { Signal } from '@angular/core';
import type { ResourceKinds } from '@countersign/angular';
import type { Observable } from 'rxjs';
import type { ResourceUpload } from './resource-upload.ts';
import type { UploadTransport } from './upload-transport.ts';
import type { UploadsProgress } from './uploads-progress.ts';

/** What `injectResourceUploads` takes. */
export interface ResourceUploadsOptions {
  /** How many files are on their way at once, 1 or more. Left out: 3. */
  readonly concurrency?: number;
  /** Larger files fail with `too-large` and are not sent. Bytes. Left out: the server decides. */
  readonly maxBytes?: number;
  /**
   * Other files fail with `unsupported-type` and are not sent: types and endings as in the HTML attribute, e.g.
   * `image/jpeg,image/png` or `image/*,.pdf`. Left out: the server decides.
   */
  readonly accept?: string;
  /** How files get there. Left out: `rawPost()`. */
  readonly transport?: UploadTransport;
  /**
   * Takes a picture out of every film (`video/*`) that has been uploaded and measures its length, as `filmDetails` does,
   * and sends both to the API; `illustrated` tells when. The upload is completed before, and stays so where the browser
   * cannot play the film or the server takes neither. Left out: no.
   */
  readonly filmPosters?: boolean;
}

/** What files are to become. */
export interface UploadTarget {
  /** E.g. `teamPhoto`. */
  readonly kind: keyof ResourceKinds;
  /** Names a file to be stored. Left out: its own name. */
  readonly name?: (file: File) => string;
  /** Id of the collection to be in, of which one is a member. Left out: none. */
  readonly collection?: string | undefined;
  /** Cancels these files, as far as they have not ended, when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Several files on their way, a few at a time.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ accept: 'image/*', maxBytes: 10_000_000 });
 *
 * take(files: readonly File[]) {
 *   this.uploads.add(files, { kind: 'teamPhoto' });
 * }
 * ```
 */
export interface ResourceUploads {
  /** In the order in which they were added. */
  readonly items: Signal<readonly ResourceUpload[]>;
  /** How far all of them are, together. */
  readonly progress: Signal<UploadsProgress>;
  /** Every upload that completes from now on. Completes when the uploads are destroyed. */
  readonly completed: Observable<ResourceUpload>;
  /**
   * Every completed film of which the server has now the picture or the length, with `filmPosters`. Completes when the
   * uploads are destroyed.
   */
  readonly illustrated: Observable<ResourceUpload>;
  /**
   * Adds files, and sends them as soon as it is their turn.
   *
   * ```ts
   * uploads.add(picker.files ?? [], { kind: 'document', name: (file) => `2026 ${file.name}` });
   * ```
   *
   * @returns one upload for each file, in order; one that cannot be sent has failed already
   */
  add(files: File | Iterable<File>, target: UploadTarget): readonly ResourceUpload[];
  /** Pauses everything that is not ended. */
  pause(): void;
  /** Resumes everything that is paused. */
  resume(): void;
  /** Cancels everything that is not ended, e.g. when somebody signs out. */
  cancel(): void;
  /** Sends again everything that failed. */
  retry(): void;
  /** Cancels an upload if need be, and takes it from `items`. */
  remove(upload: ResourceUpload): void;
  /** Takes what is completed or cancelled from `items`. */
  clearEnded(): void;
  /**
   * Waits until everything in `items` is completed, failed or cancelled. Files added meanwhile count.
   *
   * @returns the uploads; the promise never rejects
   */
  settled(): Promise<readonly ResourceUpload[]>;
}
