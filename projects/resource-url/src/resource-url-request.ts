import { HttpContextToken } from '@angular/common/http';

/**
 * Is `true` in the context of every request that this package makes to the API, sign requests and uploads alike, so that an
 * interceptor can tell them from the rest.
 *
 * ```ts
 * const bearer: HttpInterceptorFn = (request, next) =>
 *   next(request.context.get(RESOURCE_URL_REQUEST) ? request.clone({ setHeaders: { Authorization: token() } }) : request);
 * ```
 */
export const RESOURCE_URL_REQUEST = new HttpContextToken<boolean>(() => false);
