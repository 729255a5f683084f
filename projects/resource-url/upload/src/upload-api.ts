import {
  HttpContext,
  HttpEventType,
  HttpHeaders,
  HttpRequest,
  type HttpEvent,
  type HttpHandler,
} from '@angular/common/http';
import { DOCUMENT, inject } from '@angular/core';
import { RESOURCE_URL_REQUEST, ɵRESOURCE_URL_SETTINGS } from '@countersign/angular';
import { filter, map, type Observable } from 'rxjs';
import { uploadHttp } from './upload-http.ts';

/** Any request to the API. */
export interface ApiRequest {
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
export class UploadApi {
  readonly #handler: HttpHandler;
  readonly #withCredentials: boolean;
  /** Where resources are, e.g. `/api/resources`. */
  readonly path: string;
  readonly #document: Document;

  /** Needs an injection context. @throws Error when `provideResourceUrls` is missing */
  constructor() {
    const { api, withCredentials = false } = inject(ɵRESOURCE_URL_SETTINGS);
    this.#handler = uploadHttp().handler;
    this.#withCredentials = withCredentials;
    this.path = api;
    this.#document = inject(DOCUMENT);
  }

  /** The same as an absolute address: what addresses in answers are relative to. A server that renders has none. */
  get address(): string {
    return new URL(this.path, this.#document.baseURI).href;
  }

  /** Sends, with progress; nothing is sent before somebody subscribes, and to unsubscribe aborts. */
  events({
    method,
    url,
    body,
    headers = {},
    responseType = 'json',
    streamed = false,
  }: ApiRequest): Observable<HttpEvent<unknown>> {
    return this.#handler.handle(
      new HttpRequest<unknown>(method, url, body ?? null, {
        headers: new HttpHeaders(headers),
        context: new HttpContext().set(RESOURCE_URL_REQUEST, true),
        // The one name for it that Angular 21 and 22 both know.
        reportProgress: streamed || body instanceof Blob,
        responseType,
        withCredentials: this.#withCredentials,
      }),
    );
  }

  /** Sends. @returns the body of the answer */
  call(method: string, path: string, body?: unknown): Observable<unknown> {
    return this.events({ method, url: `${this.path}${path}`, body }).pipe(
      filter((event) => event.type === HttpEventType.Response),
      map((event) => event.body),
    );
  }
}
