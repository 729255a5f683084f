import {
  HttpContext,
  HttpErrorResponse,
  HttpEventType,
  HttpHeaders,
  HttpParams,
  HttpRequest,
  type HttpEvent,
} from '@angular/common/http';
import { inject } from '@angular/core';
import { RESOURCE_URL_REQUEST, ɵRESOURCE_URL_SETTINGS } from '@countersign/angular';
import { catchError, concat, defer, EMPTY, mergeMap, of, takeWhile, throwError, type Observable } from 'rxjs';
import { ResourceUploadError } from './resource-upload-error.ts';
import { retryAfter } from './retry-after.ts';
import { uploadHttp, type UploadHttp } from './upload-http.ts';
import type { UploadEvent, UploadSource, UploadTransport } from './upload-transport.ts';
import { readUploadedResource } from './uploaded-resource.ts';
import type { Problem, UploadResourceQuery } from './wire-types.ts';

/**
 * Posts the raw bytes to `POST {api}?kind=...&name=...`, through the application's interceptors. Such a request cannot
 * be continued: every attempt sends the whole file.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export function httpUploadTransport(): UploadTransport {
  const http = uploadHttp();
  const { api, withCredentials = false } = inject(ɵRESOURCE_URL_SETTINGS);
  const warning = new ProgressWarning(http);
  return {
    open: (source) => ({
      resumable: false,
      send: () =>
        defer(() => {
          const { file, kind, name } = source;
          let told = false;
          const request = new HttpRequest<unknown>('POST', api, file, {
            params: new HttpParams({
              fromObject: { kind, name } satisfies Record<keyof UploadResourceQuery, string>,
            }),
            headers: new HttpHeaders({ 'Content-Type': file.type || 'application/octet-stream' }),
            context: new HttpContext().set(RESOURCE_URL_REQUEST, true),
            // The one name for it that Angular 21 and 22 both know.
            reportProgress: true,
            withCredentials,
          });
          const news = http.handler.handle(request).pipe(
            mergeMap((event) => {
              if (event.type === HttpEventType.UploadProgress) told = true;
              if (event.type === HttpEventType.Response && !told) warning.show();
              return uploadEvents(event, source);
            }),
          );
          // No answer at all, as an interceptor may arrange it, is a malformed one.
          return concat(
            news,
            defer(() => throwError(() => malformedAnswer(source))),
          ).pipe(takeWhile((event) => 'sent' in event, true));
        }).pipe(catchError((error: unknown) => throwError(() => uploadError(error, source)))),
    }),
  };
}

/** What one HTTP event says. */
function uploadEvents(event: HttpEvent<unknown>, source: UploadSource): Observable<UploadEvent> {
  if (event.type === HttpEventType.UploadProgress) return of({ sent: event.loaded });
  if (event.type !== HttpEventType.Response) return EMPTY;
  const resource = readUploadedResource(event.body);
  return resource ? of({ resource }) : throwError(() => malformedAnswer(source, event.status));
}

function malformedAnswer({ name }: UploadSource, status = 0): ResourceUploadError {
  return new ResourceUploadError('malformed-answer', `"${name}" was not answered with a resource.`, {
    status,
  });
}

function uploadError(error: unknown, source: UploadSource): ResourceUploadError {
  if (error instanceof ResourceUploadError) return error;
  const { name } = source;
  if (!(error instanceof HttpErrorResponse)) {
    return new ResourceUploadError('request-failed', `"${name}" was not sent: an interceptor failed.`);
  }
  const { status, headers } = error;
  if (status === 0) {
    return new ResourceUploadError('network', `"${name}" got no answer: offline, CORS, or the file changed.`);
  }
  if (error.status < 300) return malformedAnswer(source, status);
  const { code, detail } = Object(error.error) as Partial<Record<keyof Problem, unknown>>;
  // A code is one word: nothing else that may come instead belongs into a message.
  const known = typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? code : statusCode(status);
  return new ResourceUploadError(known, `${known}: "${name}" was refused with ${status}.`, {
    status,
    retryAfter: retryAfter(headers.get('Retry-After'), Date.now()),
    detail: typeof detail === 'string' ? detail : undefined,
  });
}

/** A proxy before the server answers without a problem code; two of its answers mean the same. */
function statusCode(status: number): string {
  return status === 413 ? 'too-large' : status === 415 ? 'unsupported-type' : 'http-error';
}

/** Says once in development that progress bars will not move, and what to write. */
class ProgressWarning {
  #due: boolean;

  constructor({ mayLackProgress }: UploadHttp) {
    this.#due = mayLackProgress && (typeof ngDevMode === 'undefined' || !!ngDevMode);
  }

  show(): void {
    if (!this.#due) return;
    this.#due = false;
    console.warn(
      'injectResourceUploads: this HttpClient tells no upload progress, so progress is indeterminate. Write ' +
        'provideHttpClient(withXhr()), or provideHttpClient() without withFetch() in Angular 21.',
    );
  }
}
