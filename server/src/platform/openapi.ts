import {
  goodAnswers,
  headerComponents,
  problemSchema,
  refusals,
  type ProblemMeanings,
} from './openapi-answers.ts';
import { SchemaComponents, type JsonSchema } from './openapi-schemas.ts';
import { USUAL_LIMIT, type AnyContract, type RouteExample } from './route.ts';

/** What the document says that no route does. */
export interface ApiDescription {
  title: string;
  version: string;
  /** Markdown. */
  description: string;
  /** Groups of calls in their order: the `tag` of a contract -> what the group is. */
  tags: Readonly<Record<string, string>>;
  problems: ProblemMeanings;
  /** Codes a call may be refused with whatever it does, beside those of its contract. */
  usualProblems(contract: AnyContract): readonly string[];
  /** Names the limit that counts calls of somebody who has not signed in. */
  anonymousLimit: string;
}

/** All that is served. */
export interface ServedRoutes {
  /** Where the API is mounted, e.g. `/api`. */
  prefix: string;
  api: readonly AnyContract[];
  /** Outside of the prefix: neither counted nor asked who calls. Paths from the root. */
  outside: readonly AnyContract[];
}

/**
 * @returns an OpenAPI 3.1 document
 * @throws Error for a problem code without a meaning, and for two schemas of one name
 */
export function openApiDocument(description: ApiDescription, { prefix, api, outside }: ServedRoutes): object {
  const schemas = new SchemaComponents();
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (contract: AnyContract, described: object, item: object = {}): void => {
    const path = contract.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= { ...item })[contract.method] = described;
  };
  for (const contract of api) add(contract, apiOperation(contract, description, schemas));
  const root = { servers: [{ url: '/', description: 'Beside the API, wherever that is' }] };
  for (const contract of outside) add(contract, outsideOperation(contract, description, schemas), root);
  const { title, version, tags } = description;
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: description.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: prefix, description: 'The API' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A JSON Web Token of the configured issuer, or signed with the secret of the server',
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'access_token',
          description: 'The same token as a cookie, for pages of the own origin and of configured ones',
        },
      },
      headers: headerComponents,
      schemas: { ...schemas.named, Problem: problemSchema },
    },
  };
}

function apiOperation(contract: AnyContract, api: ApiDescription, schemas: SchemaComponents): object {
  const { access, permission, limit = USUAL_LIMIT } = contract;
  const anonymous = access === 'anonymous';
  return {
    ...spoken(contract, needs(contract, api.anonymousLimit)),
    security: [{ bearer: [] }, { cookie: [] }, ...(anonymous ? [{}] : [])],
    ...(permission ? { 'x-permission': permission } : {}),
    'x-limit': limit,
    ...request(contract, schemas),
    responses: {
      ...goodAnswers(contract.responses, examplesOf(contract).answers, schemas, true),
      ...refusals([...contract.problems, ...api.usualProblems(contract)], api.problems, true),
    },
  };
}

function outsideOperation(contract: AnyContract, api: ApiDescription, schemas: SchemaComponents): object {
  return {
    ...spoken(contract, []),
    security: [],
    ...request(contract, schemas),
    responses: {
      ...goodAnswers(contract.responses, examplesOf(contract).answers, schemas, false),
      ...refusals(contract.problems, api.problems, false),
    },
  };
}

function spoken({ operationId, tag, summary, description }: AnyContract, more: readonly string[]): object {
  const text = [...(description ? [description] : []), ...more].join('\n\n');
  return { operationId, summary, ...(text ? { description: text } : {}), tags: [tag] };
}

/** What roles must give, and what is counted: OpenAPI has a place for neither but words. */
function needs({ access, permission, ofOthers, limit }: AnyContract, anonymousLimit: string): string[] {
  const counts = `Counts against the limit \`${limit ?? USUAL_LIMIT}\``;
  return [
    ...(permission ? [`Needs the permission \`${permission}\`.`] : []),
    ...(ofOthers ? [`What belongs to others needs \`${ofOthers}\`.`] : []),
    access === 'anonymous' ? `${counts}, or \`${anonymousLimit}\` without signing in.` : `${counts}.`,
  ];
}

/** A contract may lack it where types are not checked; then a spec names the route, and not everybody's page fails. */
const examplesOf = ({ example }: AnyContract): RouteExample =>
  (example as RouteExample | undefined) ?? { answers: {} };

function request(contract: AnyContract, schemas: SchemaComponents): object {
  const { params, query, requestHeaders = {}, body, rawBody } = contract;
  const example = examplesOf(contract);
  const parameters = [
    ...(params ? schemas.membersOf(params).map((one) => parameter('path', one, example.params)) : []),
    ...(query ? schemas.membersOf(query).map((one) => parameter('query', one, example.query)) : []),
    ...Object.entries(requestHeaders).map(([name, { description, required = false, example }]) => ({
      ...{ name, in: 'header', required, description, schema: { type: 'string' }, example },
    })),
  ];
  return {
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(rawBody ? { requestBody: rawRequest(rawBody, example.bytes) } : {}),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemas.of(body), example: example.body } },
          },
        }
      : {}),
  };
}

function parameter(
  place: 'path' | 'query',
  { name, required, schema }: { name: string; required: boolean; schema: JsonSchema },
  examples: RouteExample['query'] = {},
): object {
  const { description, ...rest } = schema;
  return {
    name,
    in: place,
    required: place === 'path' || required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(name in examples ? { example: examples[name] } : {}),
  };
}

function rawRequest(description: string, bytes: RouteExample['bytes']): object {
  return {
    required: true,
    description,
    // JSON cannot show bytes, and tools that make clients stumble over an `externalValue` that is a data: URL.
    content: { '*/*': { schema: {}, ...(bytes ? { 'x-example': bytes } : {}) } },
  };
}
