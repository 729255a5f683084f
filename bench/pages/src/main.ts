import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { provideBrowserGlobalErrorListeners, provideZoneChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideRouter } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { Observable } from 'rxjs';
import { bearerToken } from './bearer-token.ts';
import { Root } from './root.ts';
import { routes } from './routes.ts';

countSubscriptions();

// The build `with-zone` loads zone.js before this.
const withZone = 'Zone' in globalThis;

bootstrapApplication(Root, {
  providers: [
    withZone ? provideZoneChangeDetection() : [],
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes),
    provideHttpClient(withInterceptors([bearerToken])),
    provideResourceUrls({ mode: 'production', api: '/api/resources' }),
  ],
}).catch((error: unknown) => console.error(error));

/** A loop of resubscriptions makes no request, so that the network would not show it. */
function countSubscriptions(): void {
  window.subscriptions = 0;
  const { prototype } = Observable;
  const subscribe = prototype.subscribe;
  prototype.subscribe = function (this: Observable<unknown>, ...observers: unknown[]) {
    window.subscriptions += 1;
    return Reflect.apply(subscribe, this, observers);
  } as typeof subscribe;
}
