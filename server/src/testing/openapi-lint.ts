import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { RouteExample } from '../platform/route.ts';

/** Where the document does not keep a recommended rule, and why. One that is not needed any more fails the spec. */
export const lintExceptions: readonly { rule: string; at: RegExp; because: string }[] = [
  {
    rule: 'no-ambiguous-paths',
    at: /^#\/paths\/~1resources~1(tus~1\{uploadId\}|\{id\}~1\w+)$/,
    because: 'no resource has the id tus, and no upload an id of so few characters',
  },
  {
    rule: 'operation-4xx-response',
    at: /^#\/paths\/~1health~1/,
    because: 'health takes nothing that a caller could get wrong',
  },
  {
    rule: 'operation-4xx-problem-details-rfc7807',
    at: /^#\/paths\/~1cdn~1\{path\}\/get\/responses\/416$/,
    because: 'a range that is not there is answered by Content-Range, for players',
  },
];

const config = createConfig({
  extends: ['recommended'],
  rules: {
    'component-name-unique': 'error',
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: false },
    'operation-4xx-problem-details-rfc7807': 'error',
    'operation-singular-tag': 'error',
    'operation-tag-defined': 'error',
    'parameter-description': 'error',
  },
});

/** One fault of a document. */
export interface LintFault {
  rule: string;
  /** JSON pointer. */
  at: string;
  message: string;
}

/** @returns what Redocly's recommended rules, and some more, find in an OpenAPI document */
export async function lintOpenApi(document: object): Promise<LintFault[]> {
  const source = JSON.stringify(document);
  const faults = await lintFromString({ source, absoluteRef: '/openapi.json', config: await config });
  return faults.map(({ ruleId, message, location }) => ({
    rule: ruleId,
    at: location[0]?.pointer ?? '',
    message,
  }));
}

/**
 * @param answer the JSON body of an answer
 * @returns in what it is not as the operation documents it: members that are missing, wrong, or not documented
 */
export async function answerFaults(
  document: OpenApiDocument,
  { path, method, status }: { path: string; method: string; status: number },
  answer: unknown,
): Promise<string[]> {
  const { responses } = document.paths[path]?.[method] ?? {};
  const content = responses?.[status]?.content?.['application/json'];
  if (!content) return [`no JSON is documented for the status ${status}`];
  // The rule that checks documented examples checks this one.
  const shown = { 'application/json': { ...content, example: answer } };
  const operation = { responses: { [status]: { description: '', content: shown } } };
  const faults = await lintOpenApi({ ...document, paths: { [path]: { [method]: operation } } });
  return faults.filter(({ rule }) => rule === 'no-invalid-media-type-examples').map(({ message }) => message);
}

/** As much of an OpenAPI document as specs look at. */
export interface OpenApiDocument {
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation> & { servers?: never }>;
  components: { schemas: Record<string, object> };
}

/** A call, by the method that is its key in a path. */
export interface OpenApiOperation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: {
    name: string;
    in: 'path' | 'query' | 'header';
    required: boolean;
    example?: string | number;
  }[];
  requestBody?: {
    required: boolean;
    content: Record<string, { schema: object; example?: unknown; 'x-example'?: RouteExample['bytes'] }>;
  };
  responses: Record<string, OpenApiResponse>;
}

export interface OpenApiResponse {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: object; example?: unknown }>;
}
