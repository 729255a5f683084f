import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';

/** Comes before the answer of a route, is it, or deals with what these throw. */
export type RouteHandler = RequestHandler | ErrorRequestHandler;

/** Anything that a path of Express may hold beside characters which stand for themselves. */
const PATTERN = /[^\w/.~-]/;

/**
 * Routes without parameters in their path, found by one look-up. Express tries path after path, in each router on the way:
 * for `POST /resources/sign` that was a fifth of all that a call allocates (bench/PROFILE.md).
 *
 * Whatever is spelt differently is passed on, so each of these routes is a route of Express too: that is where upper case,
 * a slash at the end, HEAD and OPTIONS are dealt with.
 */
export class ExactRoutes {
  readonly #byMethod = new Map<string, Map<string, readonly RouteHandler[]>>();

  /**
   * @param method as Express names it, e.g. `post`
   * @param path under the prefix; one with parameters is left to Express
   */
  add(method: string, path: string, handlers: readonly RouteHandler[]): void {
    if (PATTERN.test(path)) return;
    const verb = method.toUpperCase();
    const paths = this.#byMethod.get(verb) ?? new Map<string, readonly RouteHandler[]>();
    this.#byMethod.set(verb, paths);
    // Of two that are the same, Express takes the first.
    if (!paths.has(path)) paths.set(path, handlers);
  }

  /**
   * Answers what was added so far.
   *
   * @param prefix where Express serves the same routes, e.g. `/api`
   * @param around what Express runs before each of them, and what it answers their errors with
   */
  handler(
    prefix: string,
    around: { before: readonly RequestHandler[]; onError: ErrorRequestHandler },
  ): RequestHandler {
    const found = new Map(
      [...this.#byMethod].map(([method, paths]) => [
        method,
        new Map(
          [...paths].map(([path, handlers]) => [
            prefix + path,
            [...around.before, ...handlers, around.onError],
          ]),
        ),
      ]),
    );
    return (request, response, next) => {
      const { url, baseUrl } = request;
      const query = url.indexOf('?');
      const handlers = found.get(request.method)?.get(query < 0 ? url : url.slice(0, query));
      if (!handlers) return next();
      // As Express shows them to what is mounted under a path.
      request.baseUrl = baseUrl + prefix;
      request.url = url.slice(prefix.length);
      run(handlers, request, response, (error) => {
        request.baseUrl = baseUrl;
        request.url = url;
        next(error);
      });
    };
  }
}

/** One after the other, as a route of Express does: once something is thrown, those for errors only. */
function run(
  handlers: readonly RouteHandler[],
  request: Request,
  response: Response,
  done: NextFunction,
): void {
  let index = 0;
  const next = (error?: unknown): void => {
    let failure = error;
    for (;;) {
      const handler = handlers[index];
      if (!handler) return done(failure);
      index += 1;
      if (isForErrors(handler) !== Boolean(failure)) continue;
      try {
        const returned: unknown = isForErrors(handler)
          ? handler(failure, request, response, next)
          : handler(request, response, next);
        if (returned instanceof Promise) returned.then(undefined, (reason: unknown) => next(asError(reason)));
        return;
      } catch (thrown) {
        failure = asError(thrown);
      }
    }
  };
  next();
}

/** Express goes by the number of parameters too. */
const isForErrors = (handler: RouteHandler): handler is ErrorRequestHandler => handler.length === 4;

/** Nothing at all would be taken for a call that goes on. */
const asError = (thrown: unknown): unknown => thrown || new Error('something was thrown that is no error');
