import type { RequestHandler } from 'express';
import { Problem } from '../platform/problem.ts';

const LOOPBACK_ADDRESSES = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** A proxy on this machine speaks for callers that are elsewhere. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

const notLoopback = (): Problem =>
  new Problem(
    403,
    'loopback-only',
    'The demonstration is for this machine only',
    'Open the server by its loopback address, e.g. http://127.0.0.1:3000.',
  );

/**
 * Lets nobody through but this machine. The Host header counts too: a page of a foreign name that resolves to 127.0.0.1
 * must neither become an administrator nor read what the demonstration serves without proof.
 */
export const loopbackOnly: RequestHandler = (request, _response, next) => {
  if (!LOOPBACK_ADDRESSES.has(request.socket.remoteAddress ?? '')) throw notLoopback();
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) throw notLoopback();
  if (PROXY_HEADERS.some((name) => request.headers[name] !== undefined)) throw notLoopback();
  const { origin } = request.headers;
  if (origin !== undefined && !LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, ''))) throw notLoopback();
  next();
};
