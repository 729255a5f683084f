import type { ResourceKinds } from '@countersign/angular';
import type { Observable } from 'rxjs';
import type { UploadedResource } from './uploaded-resource.ts';

/** One file, and what it is to become. */
export interface UploadSource {
  readonly file: File;
  readonly kind: keyof ResourceKinds;
  /** The file name to store it under, e.g. `My photo.jpg`. */
  readonly name: string;
  /** Id of the collection to be in, of which one is a member. Left out: none. */
  readonly collection?: string | undefined;
}

/** How far a file is, or what became of it, which is the last event. */
export type UploadEvent =
  | {
      readonly sent: number;
      /** Of the resource that it becomes, once that is known. */
      readonly resourceId?: string | undefined;
    }
  | { readonly resource: UploadedResource };

/** One file on its way, over as many attempts as it takes. */
export interface UploadSession {
  /** Whether a second `send()` goes on where the first one stopped; `false`: it sends everything again. */
  readonly resumable: boolean;
  /**
   * Sends the file, or the rest of it. Nothing is sent before somebody subscribes; to unsubscribe stops it at once.
   * It is subscribed to again after a pause or a failure, never twice at the same time.
   *
   * @returns `{ sent }` in bytes, counted from the beginning of the file, as often as there is news; at last
   *   `{ resource }`. It errors with `ResourceUploadError`; its `transient` decides whether another attempt follows.
   */
  send(): Observable<UploadEvent>;
  /** The file was given up for good: what the server has of it may go. Called while nothing is being sent. */
  discard?(): void;
}

/**
 * Brings files to where they belong. `rawPost` posts the bytes to the API, `presignedPost` a form to the store; one of
 * your own fits in their place.
 *
 * ```ts
 * const toMyStore: UploadTransport = {
 *   open: ({ file, name }) => ({
 *     resumable: false,
 *     send: () => myStore.put(name, file).pipe(map((resource) => ({ resource }))),
 *   }),
 * };
 * const uploads = injectResourceUploads({ transport: toMyStore });
 * ```
 */
export interface UploadTransport {
  /** Called when the file's turn comes, once; again only after it was cancelled. */
  open(source: UploadSource): UploadSession;
}
