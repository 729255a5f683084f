// Writes what goes over the wire, of the calls a client makes, as TypeScript types: from server/openapi.json.
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

/**
 * Files of types, each with the schemas of the OpenAPI document it is to hold; what those refer to comes along. An entry
 * of the library may not import another's files, so each has its own. `{operationId}Query` are the query's parameters.
 */
export const wireTypeFiles = {
  'projects/resource-url/src/core/wire-types.ts': ['SignBatchRequest', 'SignBatchAnswer', 'Problem'],
  'projects/resource-url/upload/src/wire-types.ts': [
    'uploadResourceQuery',
    'UploadRequest',
    'BegunUpload',
    'Resource',
    'ResourceEdit',
    'Problem',
  ],
  'projects/showcase/src/app/api/wire-types.ts': [
    'listResourcesQuery',
    'ResourcePage',
    'ResourceEdit',
    'CollectionPage',
    'MovedResource',
    'ResourceVersions',
  ],
};

const banner = `// Made from server/openapi.json by scripts/wire-types.mjs, and never edited: UPDATE_WIRE_TYPES=1 npm test -- wire-types`;

/**
 * @param document the parsed OpenAPI document
 * @param names of its schemas
 * @param path where the types will be, for how they are formatted
 */
export async function wireTypes(document, names, path) {
  const schemas = { ...document.components.schemas, ...querySchemas(document) };
  const missing = names.filter((name) => !(name in schemas));
  if (missing.length > 0) throw new Error(`The OpenAPI document has no schema ${missing.join(', ')}.`);
  const root = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
    $defs: asSent(schemas),
  };
  const text = await compile(root, ROOT, {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
  });
  const types = text.replace(new RegExp(`export interface ${ROOT} \\{[^}]*\\}\\n`), '');
  return format(`${banner}\n\n${types}`, { ...(await resolveConfig(path)), parser: 'typescript' });
}

const ROOT = 'RootOfAll';

function querySchemas({ paths }) {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return Object.fromEntries(
    operations.map(({ operationId, parameters = [] }) => {
      const query = parameters.filter((one) => one.in === 'query');
      const properties = query.map(({ name, description, schema }) => [name, { ...schema, description }]);
      return [
        `${operationId}Query`,
        {
          type: 'object',
          properties: Object.fromEntries(properties),
          required: query.filter(({ required }) => required).map(({ name }) => name),
        },
      ];
    }),
  );
}

/** Schemas as a client means them. */
function asSent(schema) {
  if (Array.isArray(schema)) return schema.map(asSent);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, anyOf, properties, required = [], ...rest } = schema;
  if ($ref) return { $ref: $ref.replace('#/components/schemas/', '#/$defs/') };
  // The alternative "anything else" is what a server bears, and no client sends.
  const meant = anyOf?.filter((one) => Object.keys(one).some((key) => key !== 'description'));
  if (meant?.length === 1) return asSent({ ...rest, ...meant[0] });
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, asSent(member)])),
    ...(meant ? { anyOf: meant.map(asSent) } : {}),
    ...(properties ? { properties: membersAsSent(properties, required), required } : {}),
  };
}

/** JSON leaves out what is undefined, so what may be left out may be undefined. */
function membersAsSent(properties, required) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, member]) => {
      const sent = asSent(member);
      const { description } = member;
      return [name, required.includes(name) ? sent : { description, anyOf: [sent, { tsType: 'undefined' }] }];
    }),
  );
}
