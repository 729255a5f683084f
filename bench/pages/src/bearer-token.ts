import type { HttpInterceptorFn } from '@angular/common/http';
import './given.ts';

/** The only requests of these pages are sign requests, and all of them are somebody's. */
export const bearerToken: HttpInterceptorFn = (request, next) =>
  next(request.clone({ setHeaders: { Authorization: `Bearer ${window.given.token}` } }));
