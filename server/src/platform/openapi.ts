import { z } from 'zod';
import type { AnyContract } from './route.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; what programs compare' },
    detail: { type: 'string' },
  },
};

/**
 * @param contracts the routes, as they validate
 * @param prefix where they are mounted, e.g. `/api`
 * @returns an OpenAPI 3.1 document
 */
export function openApiDocument(contracts: readonly AnyContract[], prefix: string, version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const contract of contracts) {
    const path = contract.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[contract.method] = operation(contract);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version,
      description: 'Signed resource URLs that one call can revoke, person by person, everywhere, with proof.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: prefix }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'access_token' },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function operation(contract: AnyContract): object {
  const { summary, access, params, query, body, rawBody, responses, problems } = contract;
  return {
    operationId: operationId(contract),
    summary,
    ...needs(contract),
    tags: [contract.path.split('/')[1] ?? ''],
    security: [{ bearer: [] }, { cookie: [] }, ...(access === 'signed-in' ? [] : [{}])],
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...requestBody(body, rawBody),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          schema
            ? { description, content: { 'application/json': { schema: jsonSchema(schema) } } }
            : { description },
        ]),
      ),
      default: {
        description: `A problem: ${[...problems, 'rate-limited'].join(', ')}`,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** What roles must give, in words: OpenAPI has no place for it but that of OAuth scopes, which these are not. */
function needs({ permission, ofOthers }: AnyContract): { description?: string } {
  const sentences = [
    ...(permission ? [`Needs the permission \`${permission}\`.`] : []),
    ...(ofOthers ? [`What belongs to others needs \`${ofOthers}\`.`] : []),
  ];
  return sentences.length > 0 ? { description: sentences.join(' ') } : {};
}

function operationId({ method, path }: AnyContract): string {
  const words = path.split('/').filter(Boolean);
  return [method, ...words.map((word) => word.replace(/^:/, 'by-'))]
    .join('-')
    .replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function requestBody(body: z.ZodType | undefined, rawBody: string | undefined): object {
  if (rawBody) {
    return {
      requestBody: {
        required: true,
        description: rawBody,
        content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
      },
    };
  }
  if (!body) return {};
  return {
    requestBody: {
      required: !body.safeParse(undefined).success,
      content: { 'application/json': { schema: jsonSchema(body) } },
    },
  };
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  // The document says once which dialect its schemas are of.
  return $schema === DIALECT ? rest : { $schema, ...rest };
}
