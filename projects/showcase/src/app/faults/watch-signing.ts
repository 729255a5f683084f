import { HttpErrorResponse, HttpResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { RESOURCE_URL_REQUEST } from '@countersign/angular';
import { defer, tap } from 'rxjs';
import { FAULT_HEADER, FaultChoice } from './fault-choice.ts';
import { SignLog, type SignAnswer } from './sign-log.ts';

/** Uploads carry the library's mark as well. */
const SIGNS = /\/sign(\/batch)?$/;

/** Notes every sign request, and asks for the fault that was chosen. Other requests pass as they are. */
export const watchSigning: HttpInterceptorFn = (request, next) => {
  if (!request.context.get(RESOURCE_URL_REQUEST) || !SIGNS.test(request.url)) return next(request);
  const log = inject(SignLog);
  const fault = inject(FaultChoice).chosen();
  const asked = fault === 'normal' ? request : request.clone({ setHeaders: { [FAULT_HEADER]: fault } });
  return defer(() => {
    const answered = log.begin(countOf(request.body));
    return next(asked).pipe(
      tap({
        next: (event) => event instanceof HttpResponse && answered(answerOf(event)),
        error: (error: unknown) => answered({ answer: failureOf(error) }),
        // Also after the answer, which then counts already.
        unsubscribe: () => answered({ answer: 'dropped' }),
      }),
    );
  });
};

function countOf(body: unknown): number {
  const { resources } = body as { resources?: unknown };
  return Array.isArray(resources) ? resources.length : 1;
}

function answerOf({ status, body }: HttpResponse<unknown>): SignAnswer {
  const { results } = (body ?? {}) as { results?: unknown };
  const refused = Array.isArray(results)
    ? results.filter((each) => typeof each === 'object' && each !== null && 'error' in each).length
    : 0;
  return { answer: String(status), refused };
}

function failureOf(error: unknown): string {
  return error instanceof HttpErrorResponse && error.status > 0 ? String(error.status) : 'no answer';
}
