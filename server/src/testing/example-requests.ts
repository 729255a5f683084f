import type { OpenApiDocument, OpenApiOperation } from './openapi-lint.ts';

/** The request that the OpenAPI document shows for a call. */
export interface ExampleRequest {
  /** Under the server of the call, with its query. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A call of the document, with where it is. */
export interface DocumentedCall {
  /** `GET /resources/:id`, as contracts are named. */
  name: string;
  path: string;
  method: string;
  /** Where the path begins, e.g. `/api`; empty for the root. */
  server: string;
  operation: OpenApiOperation;
}

const METHODS = new Set(['get', 'head', 'post', 'put', 'patch', 'delete']);

/** @returns every call, in the order of the document */
export function documentedCalls(document: OpenApiDocument): DocumentedCall[] {
  return Object.entries(document.paths).flatMap(([path, item]) => {
    const [server] = (item as { servers?: { url: string }[] }).servers ?? document.servers;
    return Object.entries(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        path,
        method,
        server: server?.url.replace(/\/$/, '') ?? '',
        operation,
      }));
  });
}

/**
 * @param real what stands, in the world that is called, for a value that the document shows, e.g. an id
 * @returns the request, or what the documentation of the call lacks to make one
 */
export function exampleRequest(
  { path, operation }: Pick<DocumentedCall, 'path' | 'operation'>,
  real: (shown: string) => string = (shown) => shown,
): ExampleRequest | string {
  const { parameters = [], requestBody } = operation;
  const without = parameters.filter(({ required, example }) => required && example === undefined);
  if (without.length > 0) {
    return `its example has no ${without.map((one) => `${one.in} parameter ${one.name}`).join(', ')}`;
  }
  let filled = path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const { name, in: place, example } of parameters) {
    if (example === undefined) continue;
    const value = real(String(example));
    if (place === 'query') query.set(name, value);
    else if (place === 'header') headers[name] = value;
    else filled = filled.replace(`{${name}}`, value.split('/').map(encodeURIComponent).join('/'));
  }
  const target = query.size > 0 ? `${filled}?${query}` : filled;
  if (!requestBody) return { path: target, headers };
  const { 'application/json': json, '*/*': raw } = requestBody.content;
  if (json) {
    if (json.example === undefined) return 'its example has no body';
    const revive = (_name: string, value: unknown): unknown =>
      typeof value === 'string' ? real(value) : value;
    return { path: target, body: JSON.parse(JSON.stringify(json.example), revive) as unknown };
  }
  const bytes = raw?.['x-example'];
  if (!bytes) return 'its example has no bytes';
  const { contentType, base64 } = bytes;
  return {
    path: target,
    body: Buffer.from(base64, 'base64'),
    headers: { ...headers, 'content-type': contentType },
  };
}
