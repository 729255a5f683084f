import { setTimeout as sleep } from 'node:timers/promises';
import { Router, type RequestHandler, type Response } from 'express';
import { loopbackOnly } from './identity/loopback-only.ts';
import { sendJson } from './platform/send-json.ts';

/** What a page may ask its own sign requests to meet. */
export const FAULTS = ['429', '500', 'slow', 'dead'] as const;

/** The header that asks for it. */
export const FAULT_HEADER = 'x-demonstrate-fault';

/** How long 429 says to wait, seconds; short, so that one can watch what follows. */
const RETRY_AFTER_SECONDS = 5;
const SLOW_MS = 5000;

const SENTENCE = 'The fault panel of this page asked for it. Choose "Normal" there.';

/** Like a problem of the product, though not one of its codes: no caller outside the demonstration ever meets it. */
function refuse(response: Response, status: 429 | 500, title: string): void {
  const body = { type: 'about:blank', title, status, code: 'demonstrated-fault', detail: SENTENCE };
  sendJson(response, status, body, 'application/problem+json; charset=utf-8');
}

/**
 * Lets one tab of the demonstration watch its own sign requests fail: `x-demonstrate-fault: 429`, `500`, `slow` or
 * `dead` on `POST /api/resources/sign` and `/sign/batch`. It remembers nothing, so nobody else meets a fault.
 * Only the embedded demonstration mounts it, in front of `countersignRouter`, which knows nothing of it.
 *
 * @param product what requests that ask for no fault go to
 * @param apiPrefix where the API is served
 * @param slowMs how long `slow` waits before the request goes on, milliseconds
 */
export function demonstrateFaults(
  product: RequestHandler,
  apiPrefix = '/api',
  slowMs = SLOW_MS,
): RequestHandler {
  const router = Router();
  const list = `${apiPrefix}/demonstration/faults`;
  router.get(list, loopbackOnly, (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ header: FAULT_HEADER, faults: FAULTS });
  });
  // Not `post`: Express would answer the preflight of a page of another origin itself, without the CORS headers.
  router.all(
    [`${apiPrefix}/resources/sign`, `${apiPrefix}/resources/sign/batch`],
    async (request, response, next) => {
      switch (request.method === 'POST' ? request.get(FAULT_HEADER) : undefined) {
        case '429':
          response.set('Retry-After', String(RETRY_AFTER_SECONDS));
          return refuse(response, 429, 'Too many requests');
        case '500':
          return refuse(response, 500, 'The server failed');
        case 'dead':
          return void request.socket.destroy();
        case 'slow':
          await sleep(slowMs, undefined, { ref: false });
          // Who has gone away meanwhile gets no URL, and so no row in the audit.
          return void (request.socket.destroyed || next());
        default:
          return next();
      }
    },
  );
  // Every sign request comes by, and hardly any asks for this: routing all of them would cost each a microsecond.
  return (request, response, next) => {
    const isMeant = request.headers[FAULT_HEADER] !== undefined || request.path.startsWith(list);
    if (!isMeant) void product(request, response, next);
    else router(request, response, (error) => (error ? next(error) : product(request, response, next)));
  };
}
