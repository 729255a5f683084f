import { provideHttpClient, withInterceptors, withXhr } from '@angular/common/http';
import { provideBrowserGlobalErrorListeners, type ApplicationConfig } from '@angular/core';
import { provideRouter, withInMemoryScrolling } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { routes } from './app.routes.ts';
import { watchSigning } from './faults/watch-signing.ts';
import { DELIVERY_MODE, deliveryModeOf } from './mode/delivery-mode.ts';
import { kinds } from './resource-kinds.ts';
import { bearerToken } from './session/bearer-token.ts';

const mode = deliveryModeOf(location.search);

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes, withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
    // Fetch cannot tell how far an upload is.
    provideHttpClient(withXhr(), withInterceptors([bearerToken, watchSigning])),
    // The one line that differs between development and production.
    provideResourceUrls({ mode, api: '/api/resources', kinds }),
    { provide: DELIVERY_MODE, useValue: mode },
  ],
};
