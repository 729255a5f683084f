import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { inject, provideBrowserGlobalErrorListeners, type ApplicationConfig } from '@angular/core';
import { provideRouter, withInMemoryScrolling } from '@angular/router';
import { provideResourceUrls, withSession } from '@countersign/angular';
import { provideImageDerivatives } from '@countersign/angular/image';
import { API } from './api/api-prefix.ts';
import { routes } from './app.routes.ts';
import { chosenFallback } from './faults/fault-choice.ts';
import { watchSigning } from './faults/watch-signing.ts';
import { DELIVERY_MODE, deliveryModeOf } from './mode/delivery-mode.ts';
import { kinds } from './resource-kinds.ts';
import { bearerToken } from './session/bearer-token.ts';
import { Session } from './session/session.ts';

const mode = deliveryModeOf(location.search);

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes, withInMemoryScrolling({ scrollPositionRestoration: 'enabled' })),
    provideHttpClient(withInterceptors([bearerToken, watchSigning])),
    // The one line that differs between development and production.
    provideResourceUrls(
      { mode, api: `${API}/resources`, kinds, ...chosenFallback() },
      // URLs name who asked for them, so nobody inherits those of another person.
      withSession(() => inject(Session).person),
    ),
    provideImageDerivatives(),
    { provide: DELIVERY_MODE, useValue: mode },
  ],
};
