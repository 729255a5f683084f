import { provideHttpClient, withInterceptors, type HttpInterceptorFn } from '@angular/common/http';
import { inject, provideAppInitializer, type ApplicationConfig } from '@angular/core';
import { provideClientHydration, withHttpTransferCacheOptions } from '@angular/platform-browser';
import { provideResourceUrls } from '@countersign/angular';
import { Greeting } from './greeting.ts';
import { PAGE_OPTIONS, type PageOptions } from './page-options.ts';

const asPerson: HttpInterceptorFn = (request, next) => {
  const { token } = inject(PAGE_OPTIONS);
  return next(token ? request.clone({ setHeaders: { authorization: `Bearer ${token}` } }) : request);
};

/** An application that hands on to the browser whatever it is allowed to. */
export function pageConfig(options: PageOptions): ApplicationConfig {
  const { mode, api, deliveryOrigins, serverRendering, withCredentials = false } = options;
  return {
    providers: [
      { provide: PAGE_OPTIONS, useValue: options },
      provideHttpClient(withInterceptors([asPerson])),
      provideAppInitializer(() => inject(Greeting).load()),
      provideClientHydration(
        withHttpTransferCacheOptions({ includePostRequests: true, includeRequestsWithAuthHeaders: true }),
      ),
      provideResourceUrls({
        mode,
        api,
        deliveryOrigins,
        withCredentials,
        ...(serverRendering && { serverRendering }),
      }),
    ],
  };
}
