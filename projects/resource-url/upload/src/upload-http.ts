import { FetchBackend, HttpBackend, HttpHandler, HttpXhrBackend } from '@angular/common/http';
import { createEnvironmentInjector, EnvironmentInjector, inject, type Type } from '@angular/core';

/** The application's HTTP, as far as uploads go. */
export interface UploadHttp {
  /** Runs the application's interceptors, and then the request. */
  readonly handler: HttpHandler;
  /** Whether the backend behind it may be one that tells no upload progress. */
  readonly mayLackProgress: boolean;
}

/**
 * The application's interceptors, ended by XHR where the application uses fetch: fetch cannot tell how far an upload is.
 *
 * Angular has no call for another backend behind the same interceptors. But the handler that runs them takes both by
 * injection, so a second one of its class, in an injector of its own where the backend is XHR, finds the application's
 * interceptors and ends there. An application whose handler is not Angular's keeps its own way.
 */
export function uploadHttp(): UploadHttp {
  const handler = inject(HttpHandler);
  const backend = inject(HttpBackend);
  if (!(backend instanceof FetchBackend)) {
    // A backend that is a handler hands on to the parent injector's HttpClient, whose backend cannot be seen from here.
    return { handler, mayLackProgress: backend.constructor === handler.constructor };
  }
  const Handler = handler.constructor as Type<HttpHandler>;
  // Angular's own is provided by its class, and as HttpHandler besides.
  if (inject(Handler, { optional: true }) !== handler) return { handler, mayLackProgress: true };
  const injector = createEnvironmentInjector(
    [Handler, HttpXhrBackend, { provide: HttpBackend, useExisting: HttpXhrBackend }],
    inject(EnvironmentInjector),
  );
  return { handler: injector.get(Handler), mayLackProgress: false };
}
