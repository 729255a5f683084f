import { FetchBackend, HttpBackend, HttpHandler, HttpXhrBackend } from '@angular/common/http';
import { createEnvironmentInjector, EnvironmentInjector, inject } from '@angular/core';

/**
 * HTTP without the interceptors of the application, for addresses that are not the API's: a token that they add must
 * not reach a foreign store. It ends in XHR where the application uses fetch, which cannot tell how far an upload is.
 */
export function storeHttp(): HttpBackend {
  const backend = inject(HttpBackend);
  // A backend that is a handler hands on to the parent injector's interceptors.
  const intercepts = backend.constructor === inject(HttpHandler).constructor;
  if (!(backend instanceof FetchBackend) && !intercepts) return backend;
  return createEnvironmentInjector([HttpXhrBackend], inject(EnvironmentInjector)).get(HttpXhrBackend);
}
