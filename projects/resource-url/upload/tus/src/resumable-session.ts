import {
  ResourceUploadError,
  ɵcompletedUpload,
  ɵfileChecksum,
  ɵhttpFailure,
  ɵmalformedAnswer,
  ɵmediaType,
  type UploadEvent,
  type UploadSession,
  type UploadSource,
  type ɵUploadApi,
} from '@countersign/angular/upload';
import { catchError, concat, defer, EMPTY, map, Observable, tap, throwError } from 'rxjs';
import type { DetailedError, Upload, UploadOptions } from 'tus-js-client';
import type { KeptUploads } from './kept-uploads.ts';
import { tusHttp } from './tus-request.ts';

/** What a session needs beside its file. */
export interface ResumableParts {
  readonly api: ɵUploadApi;
  readonly kept: KeptUploads;
  readonly who: () => string | undefined;
  readonly chunkBytes: number;
  readonly checksumUpTo: number;
}

/** One file, sent by tus over as many attempts as it takes. */
export class ResumableSession implements UploadSession {
  readonly resumable = true;
  readonly #source: UploadSource;
  readonly #parts: ResumableParts;
  /** Who began it. */
  #who: string | undefined;
  #key: string | undefined;
  #url: string | undefined;
  #resourceId: string | undefined;
  #expires: string | undefined;
  #arrived = false;

  constructor(source: UploadSource, parts: ResumableParts) {
    this.#source = source;
    this.#parts = parts;
  }

  send(): Observable<UploadEvent> {
    return concat(
      defer(() => (this.#arrived ? EMPTY : this.#transfer())),
      defer(() => this.#complete()),
    ).pipe(catchError((error: unknown) => this.#fail(error)));
  }

  discard(): void {
    const url = this.#url;
    this.#forget();
    if (url === undefined) return;
    const headers = { 'Tus-Resumable': '1.0.0' };
    // Nobody waits for it, and an upload that stays expires.
    this.#parts.api
      .events({ method: 'DELETE', url, headers, responseType: 'text' })
      .subscribe({ error: () => undefined });
  }

  #forget(): void {
    this.#parts.kept.forget(this.#key);
    this.#url = undefined;
    this.#resourceId = undefined;
    this.#arrived = false;
  }

  #transfer(): Observable<UploadEvent> {
    return new Observable<UploadEvent>((subscriber) => {
      let upload: Upload | undefined;
      const start = async (): Promise<void> => {
        await this.#recall();
        const { Upload } = await load(this.#source.name);
        const options = await this.#options(() => subscriber.closed);
        if (subscriber.closed) return;
        const noteUrl = (): void => this.#note(upload?.url ?? undefined);
        upload = new Upload(this.#source.file, {
          ...options,
          onUploadUrlAvailable: noteUrl,
          onProgress: (sent) => subscriber.next({ sent, resourceId: this.#resourceId }),
          onError: (error) => subscriber.error(causeOf(error)),
          onSuccess: () => {
            this.#arrived = true;
            subscriber.complete();
          },
        });
        upload.start();
      };
      start().catch((error: unknown) => subscriber.error(error));
      return () => void upload?.abort();
    });
  }

  /** Finds out whether the same person has sent a part of the same file before. */
  async #recall(): Promise<void> {
    const { api, kept, who } = this.#parts;
    const now = who();
    // Somebody else has signed in: what is begun belongs to the first person, who may go on with it later.
    if (now !== this.#who) this.#url = this.#resourceId = undefined;
    this.#who = now;
    this.#key = await kept.keyOf(this.#source, { address: api.address, who: now });
    this.#url ??= kept.find(this.#key);
  }

  async #options(stopped: () => boolean): Promise<UploadOptions> {
    const { api, chunkBytes } = this.#parts;
    return {
      endpoint: `${api.address}/tus`,
      uploadUrl: this.#url ?? null,
      metadata: await this.#metadata(),
      chunkSize: chunkBytes,
      // Attempts and their delays are the queue's, and what is kept is with KeptUploads.
      retryDelays: null,
      storeFingerprintForResuming: false,
      fingerprint: () => Promise.resolve(''),
      httpStack: tusHttp({
        api,
        name: this.#source.name,
        stopped,
        answered: (headers) => {
          this.#resourceId = headers.get('Resource-Id') ?? this.#resourceId;
          this.#expires = headers.get('Upload-Expires') ?? this.#expires;
        },
      }),
    };
  }

  async #metadata(): Promise<Record<string, string>> {
    const { file, kind, name, collection } = this.#source;
    // Without a type, the server goes by the name.
    const filetype = ɵmediaType(file);
    const about = {
      ...{ filename: name, ...(filetype === undefined ? {} : { filetype }), kind },
      ...(collection === undefined ? {} : { collection }),
    };
    if (file.size > this.#parts.checksumUpTo) return about;
    const sha256 = await ɵfileChecksum(file, name);
    return sha256 === undefined ? about : { ...about, sha256 };
  }

  #note(url: string | undefined): void {
    if (url === undefined) return;
    this.#url = url;
    this.#parts.kept.keep(this.#key, url, this.#expires);
  }

  #complete(): Observable<UploadEvent> {
    const { name } = this.#source;
    if (this.#resourceId === undefined) return throwError(() => ɵmalformedAnswer(name));
    return this.#parts.api.call('POST', `/${encodeURIComponent(this.#resourceId)}/complete`).pipe(
      map((answer) => ({ resource: ɵcompletedUpload(answer, name) })),
      tap(() => this.#parts.kept.forget(this.#key)),
    );
  }

  #fail(error: unknown): Observable<never> {
    const failure = ɵhttpFailure(error, this.#source.name);
    // What is not as it was announced never will be. Signing in again, and asking for the offset, help the others.
    const helps = failure.transient || failure.status === 401 || failure.status === 403;
    if (!helps && failure.code !== 'upload-over') this.#forget();
    return throwError(() => failure);
  }
}

async function load(name: string): Promise<typeof import('tus-js-client')> {
  try {
    return await import('tus-js-client');
  } catch {
    throw new ResourceUploadError('network', `"${name}" was not sent: tus-js-client could not be loaded.`);
  }
}

/** tus-js-client wraps what a request failed with, and quotes its address. */
function causeOf(error: Error | DetailedError): unknown {
  return ('causingError' in error ? error.causingError : undefined) ?? error;
}
