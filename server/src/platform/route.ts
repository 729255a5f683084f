import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { z } from 'zod';
import { ExactRoutes, type RouteHandler } from './exact-routes.ts';
import { invalidRequest } from './problem.ts';
import { sendJson } from './send-json.ts';

const LARGEST_JSON = '1mb';
/** `api`: what a route counts against that names nothing of its own. */
export const USUAL_LIMIT = 'api';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

/**
 * What a route asks of its caller. `anonymous`: a token is optional; `signed-in`: it is not, and `permission`, when
 * there is one, must be among those of the caller. `ofOthers` is the permission without which a rule of the feature
 * shows less than everything: the guard does not ask for it, documentation and tests do.
 */
export type RouteNeed<Permission extends string = string> = { ofOthers?: Permission } & (
  { access: 'anonymous'; permission?: undefined } | { access: 'signed-in'; permission?: Permission }
);

/** Decides who gets to a route's handler. The one place that does, and no part of this folder: it knows no people. */
export interface RouteGuard<Permission extends string = string> {
  /** @returns what runs before the handler and throws the refusal; undefined when everybody may call */
  before(need: RouteNeed<Permission>): RequestHandler | undefined;
}

/** What a route says of itself: it validates requests and is the source of the OpenAPI document. */
export type RouteContract<
  P extends Shape,
  Q extends Shape,
  B extends Shape,
  Permission extends string = string,
> = RouteNeed<Permission> & RouteParts<P, Q, B>;

/** One good answer of a route. */
export interface RouteAnswer {
  description: string;
  /** Of a JSON body. */
  schema?: z.ZodType;
  /** Media types of a body that is not JSON. */
  media?: readonly string[];
  /** Headers that this answer has beside those of every answer: name -> what is in it. */
  headers?: Readonly<Record<string, string>>;
}

/** One header that a route reads. */
export interface RequestHeader {
  description: string;
  required?: boolean;
  example: string;
}

/** One request that is good, as the OpenAPI document shows it, and its answers. A spec sends it and compares. */
export interface RouteExample {
  params?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, string | number>>;
  body?: unknown;
  /** Where `rawBody` is taken. */
  bytes?: { contentType: string; base64: string };
  /** Bodies by status: for each answer that has a schema; where it has `media`, texts by media type. */
  answers: Readonly<Record<number, unknown>>;
}

interface RouteParts<P extends Shape, Q extends Shape, B extends Shape> {
  /** Names the call in the OpenAPI document and in clients made from it, e.g. `signResource`. Unique, and it stays. */
  operationId: string;
  /** The group of calls it is shown in. */
  tag: string;
  method: 'get' | 'head' | 'post' | 'patch' | 'put' | 'delete';
  /** Express path under the API's prefix, e.g. `/owners/:id/revoke`. */
  path: string;
  /** One line for the OpenAPI document. */
  summary: string;
  /** What more there is to say, in Markdown. */
  description?: string;
  /** Name of the limit that each call counts against; default `api`. */
  limit?: string;
  params?: P;
  query?: Q;
  /** Headers of the request that mean something here, for documentation: the handler reads them. */
  requestHeaders?: Readonly<Record<string, RequestHeader>>;
  /** JSON body; `rawBody` says that bytes are taken instead. */
  body?: B;
  rawBody?: string;
  /** Good answers by status. */
  responses: Readonly<Record<number, RouteAnswer>>;
  /** Codes of the problems it may answer, beside those that every route may. */
  problems: readonly string[];
  example: RouteExample;
}

/** The parsed parts of one request. */
export interface Call<P extends Shape, Q extends Shape, B extends Shape> {
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
  request: Request;
  response: Response;
}

export type AnyContract = RouteContract<Shape, Shape, Shape>;

/** Of a table that was given no guard: whatever is not for everybody is for nobody. */
const noGuard: RouteGuard = {
  before: ({ access }) => {
    if (access === 'anonymous') return undefined;
    return () => {
      throw new Error('this route is not for everybody, and its table has no guard');
    };
  },
};

/** Collects contracts for the OpenAPI document while it registers their handlers. */
export class RouteTable<Permission extends string = string> {
  readonly contracts: AnyContract[] = [];
  readonly router: Router;
  /** Those without parameters in their path. */
  readonly exact = new ExactRoutes();

  readonly #first: RouteHandler[];
  readonly #guard: RouteGuard<Permission>;
  readonly #limitedBy: ((limit: string) => RequestHandler) | undefined;

  /**
   * @param first what every route begins with; not the router, whose other paths may be another app's
   * @param guard decides who gets further
   * @param limitedBy from the name of a limit to what counts a call against it, and refuses
   */
  constructor(
    router: Router,
    first: RouteHandler[] = [],
    guard: RouteGuard<Permission> = noGuard,
    limitedBy?: (limit: string) => RequestHandler,
  ) {
    this.router = router;
    this.#first = first;
    this.#guard = guard;
    this.#limitedBy = limitedBy;
  }

  // Only where a JSON body is taken: an upload of a JSON file is bytes.
  readonly #json = express.json({
    limit: LARGEST_JSON,
    strict: true,
    type: 'application/json',
    verify: isUtf8,
  });

  /**
   * Registers one route. Its handler is called for those the contract admits, with parsed input only; what it returns
   * is sent as JSON with `status` (default 200), unless it answered by itself.
   */
  add<P extends Shape = undefined, Q extends Shape = undefined, B extends Shape = undefined>(
    contract: RouteContract<P, Q, B, Permission>,
    handler: (call: Call<P, Q, B>) => Promise<unknown> | unknown,
    before: RequestHandler[] = [],
  ): void {
    this.contracts.push(contract as unknown as AnyContract);
    const { params, query, body } = contract;
    const refusesQuery = !query && contract.method !== 'get';
    const answer: RequestHandler = async (request, response) => {
      if (body && request.body === undefined && hasBody(request)) {
        throw invalidRequest('The body must be sent as Content-Type: application/json.');
      }
      if (refusesQuery && request.url.includes('?')) refuseAnyQuery(request);
      const result = await handler({
        params: parse(params, request.params, 'path'),
        query: parse(query, request.query, 'query'),
        body: parse(body, request.body as unknown, 'body'),
        request,
        response,
      });
      if (!response.headersSent) sendJson(response, response.statusCode, result);
    };
    const guard = this.#guard.before(contract);
    const handlers = [
      ...this.#first,
      ...(this.#limitedBy ? [this.#limitedBy(contract.limit ?? USUAL_LIMIT)] : []),
      ...(guard ? [guard] : []),
      ...before,
      ...(body ? [this.#json] : []),
      answer,
    ];
    this.router[contract.method](contract.path, ...handlers);
    this.exact.add(contract.method, contract.path, handlers);
  }
}

/** RFC 8259 section 8.1. Bytes that mean one thing here and another to whatever looked at them before are refused. */
function isUtf8(_request: unknown, _response: unknown, _body: unknown, encoding: string): void {
  // No Problem: the parser writes properties of its own into what is thrown here.
  if (encoding !== 'utf-8') throw new Error('not UTF-8');
}

/** Of a call that changes something: `?dryRun=true` where there is no dry run must not be taken for one. */
function refuseAnyQuery({ query }: Request): void {
  const [name] = Object.keys(query);
  if (name !== undefined) throw invalidRequest(`query.${name}: this call takes nothing in its query`);
}

/** RFC 9112 section 6.3. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parse<S extends Shape>(schema: S | undefined, input: unknown, place: string): Parsed<S> {
  if (!schema) return undefined as Parsed<S>;
  const result = schema.safeParse(input);
  if (result.success) return result.data as Parsed<S>;
  if (place === 'body' && input === undefined) {
    throw invalidRequest('A JSON body is required, with Content-Type: application/json.');
  }
  const issue = result.error.issues[0];
  const field = issue?.path.length ? `${place}.${issue.path.join('.')}` : place;
  throw invalidRequest(`${field}: ${issue?.message ?? 'not valid'}`);
}
