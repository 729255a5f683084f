import { HttpEventType, HttpRequest, type HttpBackend, type HttpEvent } from '@angular/common/http';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { readBegunUpload, uploadRequest, type BegunUpload } from './begun-upload.ts';
import { fileChecksum } from './file-checksum.ts';
import { httpFailure, malformedAnswer } from './http-failure.ts';
import { ResourceUploadError } from './resource-upload-error.ts';
import { storeFailure } from './store-failure.ts';
import type { UploadApi } from './upload-api.ts';
import type { UploadEvent, UploadSession, UploadSource } from './upload-transport.ts';
import { completedUpload } from './uploaded-resource.ts';

/** Before it ends, so that a form is not refused that is sent in its last moment. */
const MARGIN_MS = 30_000;

/** One file: begin, send the form, complete. What has been done is not done again. */
export class PresignedSession implements UploadSession {
  readonly #source: UploadSource;
  readonly #api: UploadApi;
  readonly #store: HttpBackend;
  readonly #checksumUpTo: number;
  #begun: BegunUpload | undefined;
  #arrived = false;
  /** Whether this attempt has begun it. */
  #isFresh = false;

  constructor(
    source: UploadSource,
    { api, store, checksumUpTo }: { api: UploadApi; store: HttpBackend; checksumUpTo: number },
  ) {
    this.#source = source;
    this.#api = api;
    this.#store = store;
    this.#checksumUpTo = checksumUpTo;
  }

  /** Once all bytes are there, they are not sent again. */
  get resumable(): boolean {
    return this.#arrived;
  }

  send(): Observable<UploadEvent> {
    return concat(
      defer(() => {
        this.#isFresh = false;
        return this.#begin();
      }),
      defer(() => this.#deliver()),
      defer(() => this.#complete()),
    ).pipe(catchError((error: unknown) => throwError(() => httpFailure(error, this.#source.name))));
  }

  discard(): void {
    if (!this.#begun) return;
    const { uploadId } = this.#begun;
    this.#forget();
    // Nobody waits for it, and an upload that stays is swept.
    this.#api.call('DELETE', `/uploads/${uploadId}/file`).subscribe({ error: () => undefined });
  }

  #forget(): void {
    this.#begun = undefined;
    this.#arrived = false;
  }

  #begin(): Observable<never> {
    if (this.#begun && (this.#arrived || Date.now() < this.#begun.expiresAt - MARGIN_MS)) return EMPTY;
    const { file, name } = this.#source;
    this.#forget();
    return from(file.size <= this.#checksumUpTo ? fileChecksum(file, name) : Promise.resolve(undefined)).pipe(
      mergeMap((sha256) => this.#api.call('POST', '/uploads', uploadRequest(this.#source, sha256))),
      tap((answer) => {
        this.#begun = readBegunUpload(answer, this.#api.address);
        if (!this.#begun) throw malformedAnswer(name);
        this.#isFresh = true;
      }),
      ignoreElements(),
    );
  }

  /** Sends the form, and with another one when the store says that it has expired: clocks differ. */
  #deliver(): Observable<UploadEvent> {
    if (this.#arrived) return of(this.#sent(this.#source.file.size));
    return this.#sendForm().pipe(
      catchError((error: unknown) => {
        if (this.#isFresh || !isRefusedForm(error)) return throwError(() => error);
        this.#forget();
        return concat(
          defer(() => this.#begin()),
          defer(() => this.#sendForm()),
        );
      }),
    );
  }

  #sendForm(): Observable<UploadEvent> {
    const begun = this.#begun;
    if (!begun) return EMPTY;
    const { file, name } = this.#source;
    const form = new FormData();
    for (const [field, value] of begun.fields) form.append(field, value);
    form.append('file', file, 'upload');
    const request = new HttpRequest<unknown>('POST', begun.url, form, {
      reportProgress: true,
      responseType: 'text',
    });
    return this.#store.handle(request).pipe(
      mergeMap((event) => this.#news(event)),
      catchError((error: unknown) => throwError(() => storeFailure(error, name))),
    );
  }

  #news(event: HttpEvent<unknown>): Observable<UploadEvent> {
    const { size } = this.#source.file;
    if (event.type === HttpEventType.UploadProgress) {
      // The form is a little larger than the file, which is its last part.
      const overhead = Math.max(0, (event.total ?? size) - size);
      return of(this.#sent(Math.max(0, Math.min(size, event.loaded - overhead))));
    }
    if (event.type !== HttpEventType.Response) return EMPTY;
    this.#arrived = true;
    return of(this.#sent(size));
  }

  #sent(sent: number): UploadEvent {
    return { sent, resourceId: this.#begun?.id };
  }

  #complete(): Observable<UploadEvent> {
    const { name } = this.#source;
    return this.#api.call('POST', `/${encodeURIComponent(this.#begun?.id ?? '')}/complete`).pipe(
      map((answer) => ({ resource: completedUpload(answer, name) })),
      catchError((error: unknown) => {
        this.#judge(error);
        return throwError(() => error);
      }),
    );
  }

  /** Decides with what a further attempt goes on. */
  #judge(error: unknown): void {
    const { code, status, transient } = httpFailure(error, this.#source.name);
    if (code === 'upload-incomplete') this.#arrived = false;
    // After signing in again, or with a new key, the same bytes can be completed.
    else if (!transient && status !== 401 && status !== 403) this.#forget();
  }
}

function isRefusedForm(error: unknown): boolean {
  return error instanceof ResourceUploadError && error.status === 403;
}
