import { ResourceKinds } from "@countersign/angular";
import { Observable } from "rxjs";
import * as i0 from "@angular/core";
import { Signal } from "@angular/core";
import { HttpEvent, HttpHeaders } from "@angular/common/http";
/** What the server made of a file. */
interface UploadedResource {
  readonly id: string;
  /** Names the resource from now on, e.g. for `urls.getUrl(resource.path)`: `public/team/my-photo-x7k2m9qa1c.jpg`. */
  readonly path: string;
  readonly kind: string;
  /** Id of the person to whom it belongs. */
  readonly owner: string;
  readonly ownerName: string;
  /** Stands for the owner in paths: `users/{ownerHandle}/documents/...`. */
  readonly ownerHandle: string;
  /** The file name as it was given. */
  readonly displayName: string;
  /** E.g. `image/jpeg`. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: Date;
}
/**
 * Reads the server's answer to an upload.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @returns nothing when it is not what the contract says
 */
declare function readUploadedResource(answer: unknown): UploadedResource | undefined;
/**
 * Reads what the server says of an upload that has arrived.
 *
 * @param name of the file, for messages
 * @throws ResourceUploadError malformed-answer, or quarantined: the server keeps the file and delivers it to nobody
 */
declare function completedUpload(answer: unknown, name: string): UploadedResource;
/** One file, and what it is to become. */
interface UploadSource {
  readonly file: File;
  readonly kind: keyof ResourceKinds;
  /** The file name to store it under, e.g. `My photo.jpg`. */
  readonly name: string;
  /** Id of the collection to be in, of which one is a member. Left out: none. */
  readonly collection?: string | undefined;
}
/** How far a file is, or what became of it, which is the last event. */
type UploadEvent = {
  readonly sent: number;
  /** Of the resource that it becomes, once that is known. */
  readonly resourceId?: string | undefined;
} | {
  readonly resource: UploadedResource;
};
/** One file on its way, over as many attempts as it takes. */
interface UploadSession {
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
interface UploadTransport {
  /** Called when the file's turn comes, once; again only after it was cancelled. */
  open(source: UploadSource): UploadSession;
}
/**
 * Chooses how a file is sent by its size: few requests for small ones, and for large ones a way that goes on after a
 * break.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: bySize(rawPost(), presignedPost(), 1_000_000) });
 * ```
 *
 * @param from size of the smallest file that goes the way of large ones, in bytes. Left out: 8 MiB
 */
export declare function bySize(small: UploadTransport, large: UploadTransport, from?: number): UploadTransport;
/** What a browser finds in a film, and a server without a video decoder cannot. */
interface FilmDetails {
  /** A picture of the film: JPEG, at most 1280 pixels wide. */
  readonly poster: Blob;
  /** Length of the film, whole milliseconds, 1 or more. */
  readonly durationMs: number;
}
/** What `filmDetails` takes. */
interface FilmDetailsOptions {
  /** How long it may take, milliseconds. Left out: 15 000. */
  readonly timeLimitMs?: number;
  /** Ends it, with nothing found, when it is aborted. */
  readonly signal?: AbortSignal;
}
/**
 * Takes a picture out of a film and measures its length, as far as this browser plays it. The picture is one at a tenth
 * of the length, or a later one where that is black. The browser decodes the film beside the page, and reads from the
 * file no more than it needs.
 *
 * ```ts
 * const details = await filmDetails(file);
 * const preview = details && URL.createObjectURL(details.poster);
 * ```
 *
 * A Content-Security-Policy must allow `media-src blob:` for it.
 *
 * @param file the film, e.g. of a file picker
 * @returns nothing where this browser cannot play the film, where it has no picture or no end, when the time is up, and
 *   on a server; the promise never rejects
 */
export declare function filmDetails(file: Blob, { timeLimitMs, signal }?: FilmDetailsOptions): Promise<FilmDetails | undefined>;
/**
 * Why a file is not there. Beside these, `code` may be any code of the server's problem responses, e.g.
 * `sign-in-required` (401), `content-mismatch` (415) or `owner-revoked` (403).
 *
 * | code | meaning |
 * |---|---|
 * | `empty-upload` | the file has no bytes |
 * | `too-large` | the file has more than `maxBytes`, or more than the server takes (413) |
 * | `unsupported-type` | the file is not of a type in `accept`, or the server takes other types for this kind (415) |
 * | `network` | no answer: offline, CORS, or the file changed or vanished after it was chosen |
 * | `request-failed` | an interceptor or a transport threw something that is no HTTP answer |
 * | `http-error` | an HTTP error without a problem code |
 * | `malformed-answer` | the answer is not what the contract says |
 * | `store-refused` | the store took no form; `detail` has its word |
 * | `quarantined` | it arrived, and the server delivers it to nobody |
 */
type ResourceUploadErrorCode = 'empty-upload' | 'too-large' | 'unsupported-type' | 'network' | 'request-failed' | 'http-error' | 'malformed-answer' | 'store-refused' | 'quarantined' | (string & Record<never, never>);
/** What is known of a failure beside its code. */
interface FailureDetails {
  /** HTTP status. Left out: 0, no answer. */
  readonly status?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The `detail` of the server's problem response. */
  readonly detail?: string | undefined;
}
/**
 * Says why a file is not there. Its message names the file and never holds a URL with a query.
 *
 * ```ts
 * const state = upload.state();
 * if (state.status === 'failed' && state.error.code === 'sign-in-required') signInAgain();
 * ```
 */
export declare class ResourceUploadError extends Error {
  readonly name = "ResourceUploadError";
  /** One stable word for programs. */
  readonly code: ResourceUploadErrorCode;
  /** HTTP status; 0 when no answer came or nothing was sent. */
  readonly status: number;
  /** Seconds the server asks to wait, when it does. */
  readonly retryAfter: number | undefined;
  /** What the server says of this very file, in a sentence of its own, e.g. how large one may be. */
  readonly detail: string | undefined;
  /**
   * @param message a sentence about the file; what could be the query of a URL is cut from it
   * @param details what else is known
   */
  constructor(code: ResourceUploadErrorCode, message: string, { status, retryAfter, detail }?: FailureDetails);
  /** Whether the same may work a little later: no answer, 408, 423, 429, 5xx, or another offset than was thought. */
  get transient(): boolean;
}
/**
 * | status | meaning |
 * |---|---|
 * | `queued` | waits until fewer files are on their way |
 * | `uploading` | on its way |
 * | `waiting` | failed for a reason that passes (`error`), tries again at `retryAt` |
 * | `paused` | `pause()` stopped it, `resume()` goes on |
 * | `completed` | the server has it: `resource` |
 * | `failed` | given up (`error`); `retry()` begins anew |
 * | `cancelled` | `cancel()` gave it up; `retry()` begins anew |
 */
type UploadStatus = 'queued' | 'uploading' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled';
/** How far a file is, whatever its status. */
interface UploadedSoFar {
  /** Bytes. Falls back to 0 where the transport can only begin again. */
  readonly sent: number;
  /** Bytes of the file. */
  readonly total: number;
  /**
   * 0 to 1; `undefined` while it is on its way and nobody tells how far, for which a progress bar is shown as
   * indeterminate: `<progress [attr.value]="upload.state().fraction"></progress>`.
   */
  readonly fraction: number | undefined;
  /** Whether the file goes on where it stopped. If not, `resume()` and every further attempt send it from the beginning. */
  readonly resumable: boolean;
  /**
   * Id of the resource that it becomes, by which `watchUploads` tells of it: known once it has begun. `rawPost` knows it
   * at the end only, as `resource.id`.
   */
  readonly resourceId?: string;
  /** How often sending began; above 1 it was paused or had failed. */
  readonly attempt: number;
}
/** A status, and what there is to know with it. */
type StatusDetails = {
  readonly status: 'queued' | 'uploading' | 'paused' | 'cancelled';
} | {
  readonly status: 'waiting';
  readonly error: ResourceUploadError;
  readonly retryAt: Date;
} | {
  readonly status: 'failed';
  readonly error: ResourceUploadError;
} | {
  readonly status: 'completed';
  readonly resource: UploadedResource;
};
/**
 * How one file stands. `status` tells what else there is.
 *
 * ```html
 * @let state = upload.state();
 * @if (state.status === 'failed') { {{ state.error.code }} }
 * @if (state.status === 'completed') { <img [src]="urls.getUrl(state.resource.path) | async" alt="" /> }
 * ```
 */
type UploadState = UploadedSoFar & StatusDetails;
/**
 * One file on its way to becoming a resource.
 *
 * ```html
 * @for (upload of uploads.items(); track upload) {
 *   @let state = upload.state();
 *   {{ upload.name }} {{ state.status }} <progress [attr.value]="state.fraction"></progress>
 *   <button (click)="upload.pause()">Pause</button>
 * }
 * ```
 */
interface ResourceUpload {
  readonly file: File;
  readonly kind: keyof ResourceKinds;
  /** The file name it is stored under. */
  readonly name: string;
  readonly state: Signal<UploadState>;
  /** The state now, then every change. Completes when the upload is completed, removed or destroyed; never errors. */
  readonly state$: Observable<UploadState>;
  /** Stops sending and keeps the file. Changes nothing once the upload has ended. */
  pause(): void;
  /** Queues a paused file again. It goes on where it stopped if its state is `resumable`, else from the beginning. */
  resume(): void;
  /** Gives up. Changes nothing once the file is completed. */
  cancel(): void;
  /** Queues a failed or cancelled file again, and tries now what waits for its next attempt. */
  retry(): void;
  /**
   * Waits until the upload is completed, failed or cancelled.
   *
   * ```ts
   * const state = await upload.settled();
   * if (state.status === 'completed') form.patchValue({ photo: state.resource.path });
   * ```
   *
   * @returns the state it ended in; the promise never rejects
   */
  settled(): Promise<UploadState>;
}
/** How far several files are, together. */
interface UploadsProgress {
  /** Bytes, of every file that is neither failed nor cancelled. */
  readonly sent: number;
  /** Bytes, of the same files. */
  readonly total: number;
  /** 0 to 1; `undefined` when there is nothing to send. */
  readonly fraction: number | undefined;
  /** How many files are in each status. */
  readonly counts: Readonly<Record<UploadStatus, number>>;
  /** Whether a file is on its way, queued or waiting for another attempt. */
  readonly busy: boolean;
}
/** Adds up the states of several files. */
declare function uploadsProgress(states: readonly UploadState[]): UploadsProgress;
/** What `injectResourceUploads` takes. */
interface ResourceUploadsOptions {
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
interface UploadTarget {
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
interface ResourceUploads {
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
/**
 * Uploads that live as long as whoever injects them: in a component, leaving it stops them; in a service provided in
 * root, they go on while the application does.
 *
 * ```ts
 * @Component({
 *   imports: [ResourceDropZone],
 *   template: `
 *     <div resourceDropZone multiple accept="image/*" (filesChosen)="uploads.add($event, { kind: 'teamPhoto' })">
 *       Drop photos here, or press Enter to choose some
 *     </div>
 *   `,
 * })
 * class Upload {
 *   protected readonly uploads = injectResourceUploads({ concurrency: 2, maxBytes: 10_000_000 });
 * }
 * ```
 *
 * @throws Error outside an injection context, without `provideResourceUrls`, which a transport of one's own needs for
 *   `filmPosters` alone, and in development builds for an option that makes no sense; it says what to write instead
 */
export declare function injectResourceUploads(options?: ResourceUploadsOptions): ResourceUploads;
/** What `presignedPost` takes. */
interface PresignedPostOptions {
  /**
   * Files of up to so many bytes are announced with their SHA-256, which the server compares with what arrives; 0: none.
   * A file is in memory while it is computed. Left out: 32 MiB.
   */
  readonly checksumUpTo?: number;
}
/**
 * Sends files with a signed form, straight to the store where that takes one: begins at `POST {api}/uploads`, posts the
 * form, completes at `POST {api}/{id}/complete`. The application's interceptors see the first and the last request, and
 * not the form, which may go to a foreign origin. Large files do not pass the server then.
 *
 * A form is sent from its beginning at every attempt. One that has arrived is not sent again: then only the completion is
 * repeated. One that has expired is replaced by another.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: presignedPost() });
 * ```
 *
 * Needs an injection context.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export declare function presignedPost({ checksumUpTo }?: PresignedPostOptions): UploadTransport;
/**
 * What sends files unless told otherwise: one call for each.
 *
 * Posts the raw bytes to `POST {api}?kind=...&name=...`, through the application's interceptors. Such a request cannot
 * be continued: every attempt sends the whole file.
 *
 * ```ts
 * const uploads = injectResourceUploads({ transport: bySize(rawPost(), presignedPost(), 1_000_000) });
 * ```
 *
 * Needs an injection context.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export declare function rawPost(): UploadTransport;
/** A file that was dropped, chosen or pasted, and not taken. */
interface RefusedFile {
  readonly name: string;
  /** `folder`: it is one; `unsupported-type`: it is none of `accept`; `too-many`: only one is taken. */
  readonly reason: 'folder' | 'unsupported-type' | 'too-many';
}
/** What came with one gesture. */
interface TransferredFiles {
  readonly files: readonly File[];
  readonly refused: readonly RefusedFile[];
}
/** Whether a gesture carries files at all, as far as can be told before they are dropped. */
declare function carriesFiles(transfer: DataTransfer | null): transfer is DataTransfer;
/** Sorts what was dropped or pasted. Has to be called while the event is being handled: then the files are gone. */
declare function readTransfer(transfer: DataTransfer): TransferredFiles;
/** Keeps what may be taken, in order. */
declare function select({ files, refused }: TransferredFiles, { accept, multiple }: {
  readonly accept: string;
  readonly multiple: boolean;
}): TransferredFiles;
/**
 * Takes files that are dropped on an element, pasted into it, or chosen after a click, Enter or Space.
 *
 * The element becomes a button for the keyboard and for screen readers, which read its content, or `label` instead.
 * While files are held above it, it has the class `resource-drop-zone-over`; while `disabled`, it has
 * `resource-drop-zone-disabled`.
 *
 * ```html
 * <div
 *   resourceDropZone
 *   multiple
 *   accept="image/*"
 *   (filesChosen)="uploads.add($event, { kind: 'teamPhoto' })"
 *   (filesRefused)="refused.set($event)"
 * >
 *   Drop photos here, or press Enter to choose some
 * </div>
 * ```
 */
export declare class ResourceDropZone {
  #private;
  /** Types and endings as in the HTML attribute, e.g. `image/*,.pdf`. Left out: everything. */
  readonly accept: import("@angular/core").InputSignal<string>;
  /** Takes more than one file at a time. */
  readonly multiple: import("@angular/core").InputSignalWithTransform<boolean, unknown>;
  /** Takes nothing. */
  readonly disabled: import("@angular/core").InputSignalWithTransform<boolean, unknown>;
  /** Names the element for screen readers. Left out: its content does. */
  readonly label: import("@angular/core").InputSignal<string | null>;
  /** The files to take, at least one. */
  readonly filesChosen: import("@angular/core").OutputEmitterRef<readonly File[]>;
  /** What came along and is not taken: folders, other types, more than one. At least one. */
  readonly filesRefused: import("@angular/core").OutputEmitterRef<readonly RefusedFile[]>;
  /** Whether files are held above the element. */
  readonly over: import("@angular/core").Signal<boolean>;
  /** A real button has a role, a place in the tab order and keys of its own. */
  protected readonly native: boolean;
  /**
   * Shows the file picker. Browsers allow that only while they handle a click or a key.
   *
   * ```html
   * <div resourceDropZone #zone="resourceDropZone">Drop photos here</div>
   * <button type="button" (click)="zone.open()">Choose photos</button>
   * ```
   */
  open(): void;
  protected click({ target }: Event): void;
  protected press(event: Event): void;
  protected enter(event: DragEvent): void;
  protected hover(event: DragEvent): void;
  protected leave({ target }: DragEvent): void;
  protected drop(event: DragEvent): void;
  protected paste(event: ClipboardEvent): void;
  static ɵfac: i0.ɵɵFactoryDeclaration<ResourceDropZone, never>;
  static ɵdir: i0.ɵɵDirectiveDeclaration<ResourceDropZone, "[resourceDropZone]", ["resourceDropZone"], {
    "accept": {
      "alias": "accept";
      "required": false;
      "isSignal": true;
    };
    "multiple": {
      "alias": "multiple";
      "required": false;
      "isSignal": true;
    };
    "disabled": {
      "alias": "disabled";
      "required": false;
      "isSignal": true;
    };
    "label": {
      "alias": "label";
      "required": false;
      "isSignal": true;
    };
  }, {
    "filesChosen": "filesChosen";
    "filesRefused": "filesRefused";
  }, never, never, true, never>;
}
/**
 * | state | meaning |
 * |---|---|
 * | `awaiting` | nothing has arrived |
 * | `uploading` | it arrives |
 * | `examining` | all is there, and is measured, looked into and scanned |
 * | `completed` | it can be signed, listed and delivered |
 * | `quarantined` | it is kept, and delivered to nobody |
 * | `failed` | it is not what was announced; `failure` says why |
 * | `cancelled` | cancelled, expired or removed |
 */
type UploadNewsState = 'awaiting' | 'uploading' | 'examining' | 'completed' | 'quarantined' | 'failed' | 'cancelled';
/** How an upload stands at the server. */
interface UploadNews {
  /** Of the resource, as `resourceId` of an `UploadState`. */
  readonly id: string;
  readonly uploadId: string;
  readonly state: UploadNewsState;
  /** Bytes that were announced. */
  readonly size: number;
  /** Bytes that have arrived; `undefined` where they go straight to a bucket. */
  readonly received: number | undefined;
  /** The code of the problem it ended with. */
  readonly failure: string | undefined;
}
/** @returns nothing when it is not what the contract says */
declare function readUploadNews(data: string): UploadNews | undefined;
/** What `watchUploads` takes. */
interface WatchUploadsOptions {
  /** Milliseconds between two questions where no stream is to be had. Left out: 3000. */
  readonly pollMs?: number;
}
/**
 * How the uploads of whoever is signed in stand at the server, in this tab or any other: first those that are under way or
 * have just ended, then every change, as server-sent events through the application's interceptors. A stream that breaks is
 * opened again; where none is to be had, because something on the way holds it back or too many are open, the server is
 * asked every few seconds.
 *
 * Nothing is asked before somebody subscribes. Subscribe while files are on their way: like every request, an open stream
 * keeps an application from becoming stable.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: presignedPost() });
 * readonly news = new Map<string, UploadNews>();
 * readonly watching = watchUploads().subscribe((news) => this.news.set(news.id, news));
 * ```
 *
 * Needs an injection context. It never completes; it errors with `ResourceUploadError` when the server refuses: nobody is
 * signed in (any more), or may not upload.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export declare function watchUploads({ pollMs }?: WatchUploadsOptions): Observable<UploadNews>;
interface UploadResourceQuery {
  /**
   * What it is for: decides the folder, and which types it takes
   */
  kind: 'teamPhoto' | 'avatar' | 'galleryPhoto' | 'video' | 'document';
  /**
   * File name, as somebody sees it
   */
  name: string;
  /**
   * Id of the collection it is to be in; assign asks the same
   */
  collection?: string | undefined;
}
interface UploadRequest {
  /**
   * File name, as somebody sees it
   */
  name: string;
  /**
   * What it is for: decides the folder, and which types it takes
   */
  kind: 'teamPhoto' | 'avatar' | 'galleryPhoto' | 'video' | 'document';
  /**
   * Media type in lower case, without parameters. Left out: what the extension of `name` says; the bytes must be that
   */
  contentType?: string | undefined;
  /**
   * Bytes, exactly
   */
  size: number;
  /**
   * Of the whole file; what arrives is compared with it
   */
  sha256?: string | undefined;
  /**
   * A few words
   */
  label?: (string | null) | undefined;
  /**
   * Text of several lines
   */
  notes?: (string | null) | undefined;
  /**
   * Id of the collection it is to be in; assign asks the same
   */
  collection?: string | undefined;
  /**
   * `post` (default): by a signed form; `tus`: resumable, in as many requests as it takes
   */
  how?: ('post' | 'tus') | undefined;
}
interface BegunUpload$1 {
  /**
   * Of the resource, which waits for its bytes
   */
  id: string;
  uploadId: string;
  how: 'post' | 'tus';
  /**
   * Where the form, or the client of tus, goes; may be relative to the address of this call
   */
  url: string;
  /**
   * Fields of the form, before the field `file`. Secret. None with tus.
   */
  fields: {
    [k: string]: string;
  };
  expiresAt: string;
  /**
   * Most that is taken
   */
  maxBytes: number;
}
interface Resource {
  id: string;
  path: string;
  kind: string;
  owner: string;
  ownerName: string;
  /**
   * Stands for the owner in paths: users/{ownerHandle}/...
   */
  ownerHandle: string;
  displayName: string;
  contentType: string;
  /**
   * Bytes
   */
  size: number;
  createdAt: string;
  status: 'awaiting' | 'uploading' | 'completed' | 'failed' | 'quarantined';
  label: string | null;
  notes: string | null;
  /**
   * Id of the collection it is in
   */
  collection: string | null;
  /**
   * SHA-256 of the bytes, hexadecimal; null: not known yet
   */
  checksum: string | null;
  /**
   * Length of a film or a sound, milliseconds; null: not known
   */
  durationMs: number | null;
  /**
   * Counts the bytes that were in its place
   */
  version: number;
  /**
   * For If-Match: counts the edits of the metadata
   */
  revision: number;
  updatedAt: string;
  /**
   * When the bytes that are there now arrived
   */
  uploadedAt: string;
}
interface ResourceEdit {
  /**
   * A few words; null or blank: none
   */
  label?: (string | null) | undefined;
  /**
   * Text of several lines; null or blank: none
   */
  notes?: (string | null) | undefined;
  /**
   * File name, as somebody sees it
   */
  displayName?: string | undefined;
  /**
   * Length of a film or a sound, milliseconds, as a browser measures it; null: not known
   */
  durationMs?: (number | null) | undefined;
  /**
   * Needs resource:edit. Only failed, of what has no bytes; the refusal names the call for the others
   */
  status?: ('completed' | 'failed' | 'quarantined') | undefined;
}
/**
 * RFC 9457 problem details
 */
interface Problem {
  /**
   * The code as a URN
   */
  type: string;
  /**
   * The same words for every problem of this code; for people
   */
  title: string;
  status: number;
  /**
   * Stable: what programs compare. There may be new ones
   */
  code: string;
  /**
   * What is wrong with this request; for people
   */
  detail?: string | undefined;
}
/** An upload that has begun: a form that brings its bytes. */
interface BegunUpload extends Pick<BegunUpload$1, 'id' | 'uploadId'> {
  /** Absolute. */
  readonly url: string;
  readonly fields: readonly (readonly [string, string])[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}
/**
 * What is announced of a file. Where the browser knows no type, the server goes by the name.
 *
 * @param sha256 of its bytes, hexadecimal; left out: nothing is compared
 */
declare function uploadRequest({ file, kind, name, collection }: UploadSource, sha256?: string): UploadRequest;
/** The type of a file as the contract takes it: in lower case, without parameters; undefined: the browser knows none. */
declare function mediaType({ type }: File): string | undefined;
/**
 * Reads the server's answer to the beginning of an upload.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @param address what a relative address is relative to
 * @returns nothing when it is not what the contract says
 */
declare function readBegunUpload(answer: unknown, address: string): BegunUpload | undefined;
/**
 * The SHA-256 of a file. WebCrypto takes whole buffers only, so the file is in memory meanwhile.
 *
 * @param name of the file, for the message
 * @returns hexadecimal; nothing where there is no WebCrypto, which is pages without HTTPS
 * @throws ResourceUploadError network: the file changed or vanished since it was chosen
 */
declare function fileChecksum(file: Blob, name: string): Promise<string | undefined>;
/**
 * What an exchange about a file failed with, in the words of this entry.
 *
 * @param error whatever it threw
 * @param name of the file, for the message
 */
declare function httpFailure(error: unknown, name: string): ResourceUploadError;
/** An answer that is not what the contract says. */
declare function malformedAnswer(name: string, status?: number): ResourceUploadError;
/**
 * A refusal, with the code of its problem response.
 *
 * @param body parsed JSON or its text; what is neither has no code
 */
declare function refusal(name: string, status: number, body: unknown, headers: Pick<HttpHeaders, 'get'>): ResourceUploadError;
/** Any request to the API. */
interface ApiRequest {
  readonly method: string;
  /** Absolute, or relative to the page. */
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly responseType?: 'json' | 'text';
  /** The answer is told piece by piece. */
  readonly streamed?: boolean;
}
/** The server's API, through the interceptors of the application, which add the token. */
declare class UploadApi {
  #private;
  /** Where resources are, e.g. `/api/resources`. */
  readonly path: string;
  /** Needs an injection context. @throws Error when `provideResourceUrls` is missing */
  constructor();
  /** The same as an absolute address: what addresses in answers are relative to. A server that renders has none. */
  get address(): string;
  /** Sends, with progress; nothing is sent before somebody subscribes, and to unsubscribe aborts. */
  events({ method, url, body, headers, responseType, streamed }: ApiRequest): Observable<HttpEvent<unknown>>;
  /** Sends. @returns the body of the answer */
  call(method: string, path: string, body?: unknown): Observable<unknown>;
}
export { type FailureDetails, type FilmDetails, type FilmDetailsOptions, type PresignedPostOptions, type RefusedFile, type ResourceUpload, type ResourceUploadErrorCode, type ResourceUploads, type ResourceUploadsOptions, type UploadEvent, type UploadNews, type UploadNewsState, type UploadSession, type UploadSource, type UploadState, type UploadStatus, type UploadTarget, type UploadTransport, type UploadedResource, type UploadsProgress, type WatchUploadsOptions, type ApiRequest as ɵApiRequest, UploadApi as ɵUploadApi, completedUpload as ɵcompletedUpload, fileChecksum as ɵfileChecksum, httpFailure as ɵhttpFailure, malformedAnswer as ɵmalformedAnswer, mediaType as ɵmediaType };
