import {
  HttpContext,
  HttpEventType,
  HttpHeaders,
  HttpParams,
  HttpRequest,
  type HttpEvent,
} from '@angular/common/http';
import { inject } from '@angular/core';
import { RESOURCE_URL_REQUEST, ɵRESOURCE_URL_SETTINGS } from '@countersign/angular';
import { catchError, concat, defer, EMPTY, mergeMap, of, takeWhile, throwError, type Observable } from 'rxjs';
import { httpFailure, malformedAnswer } from './http-failure.ts';
import { uploadHttp, type UploadHttp } from './upload-http.ts';
import type { UploadEvent, UploadSource, UploadTransport } from './upload-transport.ts';
import { readUploadedResource } from './uploaded-resource.ts';
import type { UploadResourceQuery } from './wire-types.ts';

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
export function rawPost(): UploadTransport {
  const http = uploadHttp();
  const { api, withCredentials = false } = inject(ɵRESOURCE_URL_SETTINGS);
  const warning = new ProgressWarning(http);
  return {
    open: (source) => ({
      resumable: false,
      send: () =>
        defer(() => {
          const { file, kind, name, collection } = source;
          const said = { kind, name, ...(collection === undefined ? {} : { collection }) };
          let told = false;
          const request = new HttpRequest<unknown>('POST', api, file, {
            params: new HttpParams({
              fromObject: said satisfies Partial<Record<keyof UploadResourceQuery, string>>,
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
            defer(() => throwError(() => malformedAnswer(source.name))),
          ).pipe(takeWhile((event) => 'sent' in event, true));
        }).pipe(catchError((error: unknown) => throwError(() => httpFailure(error, source.name)))),
    }),
  };
}

/** What one HTTP event says. */
function uploadEvents(event: HttpEvent<unknown>, source: UploadSource): Observable<UploadEvent> {
  if (event.type === HttpEventType.UploadProgress) return of({ sent: event.loaded });
  if (event.type !== HttpEventType.Response) return EMPTY;
  const resource = readUploadedResource(event.body);
  return resource ? of({ resource }) : throwError(() => malformedAnswer(source.name, event.status));
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
