import type { Response } from 'express';

/** JSON is never a page: nothing in it may run, be framed, be cached or be taken for another type. */
const INERT = [
  'Cache-Control',
  'no-store',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy',
  'no-referrer',
  'X-Content-Type-Options',
  'nosniff',
];

/** Names and values in turn, which Node writes as they are; it takes three times as long for an object. */
type Headers = readonly string[];

/**
 * Headers of the answer to come, whatever it will be. `setHeader` would send all others the long way through Node.
 *
 * @param headers asked when it is sent
 */
export function setAnswerHeaders(response: Response, headers: () => Headers): void {
  response.locals['headers'] = headers;
}

/** @returns what `setAnswerHeaders` was told, for those who answer anything but JSON */
export const answerHeaders = (response: Response): Headers | undefined =>
  (response.locals['headers'] as (() => Headers) | undefined)?.();

/**
 * Answers JSON. Not by `response.json`, whose entity tags and freshness are of no use for what must not be stored.
 *
 * @param status HTTP status
 * @param body anything that JSON can say
 */
export function sendJson(
  response: Response,
  status: number,
  body: unknown,
  type = 'application/json; charset=utf-8',
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, [
      ...INERT,
      ...(answerHeaders(response) ?? []),
      'Content-Type',
      type,
      'Content-Length',
      String(Buffer.byteLength(text)),
    ])
    .end(response.req.method === 'HEAD' ? undefined : text);
}

/** Answers headers alone: those that were set, and those of every answer. */
export function sendNothing(response: Response, status: number): void {
  const length = status === 204 ? [] : ['Content-Length', '0'];
  response.writeHead(status, [...INERT, ...(answerHeaders(response) ?? []), ...length]).end();
}
