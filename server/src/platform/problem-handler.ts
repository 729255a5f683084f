import type { ErrorRequestHandler } from 'express';
import pg from 'pg';
import type { Logger } from 'pino';
import { databaseUnavailable, isDatabaseAway } from './database-failure.ts';
import { invalidRequest, Problem, sendProblem } from './problem.ts';
import { StorageUnavailable, storageUnavailable } from './storage-unavailable.ts';

const QUIET_MS = 10_000;

/** The last handler of a router: problems are answered as they are, anything else is a 500 that tells nothing. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  const lastLogged = new Map<string, number>();

  /** An outage is one event however many requests meet it: anonymous traffic must not decide the size of the log. */
  const isNews = (code: string): boolean => {
    const now = performance.now();
    if (now - (lastLogged.get(code) ?? -QUIET_MS) < QUIET_MS) return false;
    lastLogged.set(code, now);
    return true;
  };

  return (error: unknown, request, response, next) => {
    const problem = toProblem(error);
    const { code, status } = problem;
    // Only the method: a URL may hold a signature, a body may hold a name.
    if (status === 500) log.error({ code, method: request.method, ...described(error) }, 'a request failed');
    else if (status > 500 && isNews(code)) {
      const why = error instanceof StorageUnavailable ? { failure: error.message } : {};
      log.warn({ code, ...why }, 'requests are being refused');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem);
  };
}

/** What a log line may say of an unexpected error: the `detail` of a database's would hold the failing row. */
export function described(error: unknown): object {
  if (error instanceof pg.DatabaseError) {
    return { failure: error.message, sqlState: error.code, stack: error.stack };
  }
  return { err: error };
}

/** Node's error of a request whose sender has gone: nobody will read the answer, and no database is to blame. */
function isAbortedRequest(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.message === 'aborted' &&
    (error as { code?: unknown }).code === 'ECONNRESET'
  );
}

/** @param error anything that a handler threw, or Express or its body parser */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isAbortedRequest(error)) return invalidRequest('The body ended before its declared length.');
  if (isDatabaseAway(error)) return databaseUnavailable();
  if (error instanceof StorageUnavailable) return storageUnavailable();
  const { type, code, status, expose } = (error ?? {}) as Record<string, unknown>;
  if (type === 'entity.too.large') {
    return new Problem(413, 'too-large', 'The body is too large', 'Send less at once.');
  }
  if (type === 'request.aborted' || type === 'request.size.invalid') {
    return invalidRequest('The body ended before its declared length.');
  }
  // PostgreSQL stores no NUL; no path, name or identifier of ours holds one either.
  if (code === '22021') return invalidRequest('NUL characters are not allowed.');
  if (error instanceof URIError) return invalidRequest('The path is not validly percent-encoded.');
  if (expose === true && typeof status === 'number' && status >= 400 && status < 500) {
    return invalidRequest('The body must be JSON in UTF-8, plain or properly compressed.');
  }
  return new Problem(500, 'internal', 'Something went wrong on the server');
}
