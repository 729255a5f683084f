import { AsyncResource } from 'node:async_hooks';
import express, { type Request, type RequestHandler } from 'express';
import { invalidRequest } from './problem.ts';

const MOST_BYTES = 1024 * 1024;
const USUAL_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Parses a JSON body of up to 1 MiB into `request.body`, as `express.json()` does, but in UTF-8 alone; other types it leaves alone.
 * What clients usually send is read here, because that costs a third; all else is left to Express.
 */
export function jsonBody(): RequestHandler {
  const byExpress = express.json({
    limit: MOST_BYTES,
    strict: true,
    type: 'application/json',
    verify: isUtf8,
  });
  return (request, response, next) => {
    if (isUsual(request)) read(request, next);
    else byExpress(request, response, next);
  };
}

/** RFC 8259 section 8.1. Bytes that mean one thing here and another to whatever looked at them before are refused. */
function isUtf8(_request: unknown, _response: unknown, _body: unknown, encoding: string): void {
  // No Problem: the parser writes properties of its own into what is thrown here.
  if (encoding !== 'utf-8') throw new Error('not UTF-8');
}

/** UTF-8, not compressed, of a length that is known and allowed, and nobody has begun to read it. */
function isUsual({ headers, readable, readableDidRead, body }: Request): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= MOST_BYTES &&
    headers['content-encoding'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    USUAL_TYPE.test(headers['content-type'] ?? '') &&
    readable &&
    !readableDidRead &&
    body === undefined
  );
}

function read(request: Request, next: (error?: unknown) => void): void {
  // What an app around keeps in an AsyncLocalStorage would be lost on the way through the stream's events.
  const context = new AsyncResource('countersign-json-body');
  const chunks: Buffer[] = [];
  let isOver = false;
  const end = (error?: unknown): void => {
    if (isOver) return;
    isOver = true;
    context.runInAsyncScope(next, undefined, error);
  };
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', end);
  request.on('end', () => {
    const [only] = chunks;
    const bytes = chunks.length === 1 && only ? only : Buffer.concat(chunks);
    const parsed = parseStrictly(bytes.toString('utf8'));
    if (parsed) request.body = parsed;
    end(parsed ? undefined : invalidRequest(NOT_JSON));
  });
}

/** What toProblem() says of Express's own refusals. */
const NOT_JSON = 'The body must be JSON in UTF-8, plain or properly compressed.';

/** @returns an object or a list; undefined for anything else, and for what is not JSON */
function parseStrictly(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
