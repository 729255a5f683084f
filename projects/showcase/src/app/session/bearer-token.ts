import {
  HttpErrorResponse,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
} from '@angular/common/http';
import { DOCUMENT, inject } from '@angular/core';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { Session } from './session.ts';

const SESSION_PATH = `${API}/session`;

/**
 * Adds the bearer token to requests to the API of this page's own origin, and to nothing else: a signed URL or a
 * foreign site must never see it. A 401 means that the token ran out, so it is renewed once and the request repeated.
 */
export const bearerToken: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  const url = new URL(request.url, inject(DOCUMENT).baseURI);
  const token = session.token();
  if (
    url.origin !== location.origin ||
    !url.pathname.startsWith(`${API}/`) ||
    url.pathname === SESSION_PATH ||
    !token
  ) {
    return next(request);
  }
  return next(withToken(request, token)).pipe(
    catchError((error: unknown) =>
      error instanceof HttpErrorResponse && error.status === 401
        ? repeat(session, request, next, error)
        : throwError(() => error),
    ),
  );
};

function repeat(
  session: Session,
  request: HttpRequest<unknown>,
  next: HttpHandlerFn,
  refused: HttpErrorResponse,
) {
  return from(session.renew()).pipe(
    catchError(() => throwError(() => refused)),
    switchMap((token) => next(withToken(request, token))),
  );
}

const withToken = (request: HttpRequest<unknown>, token: string): HttpRequest<unknown> =>
  request.clone({ setHeaders: { Authorization: `Bearer ${token}` } });
