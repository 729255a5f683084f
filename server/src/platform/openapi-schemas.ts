import { z } from 'zod';

/** A JSON Schema of the 2020-12 dialect, which OpenAPI 3.1 takes as it is. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const IN_SCHEMA = '#/$defs/';
const IN_DOCUMENT = '#/components/schemas/';

/** Turns zod schemas into JSON Schemas. Those that have a name, by `.meta({ id })`, are there once and referred to. */
export class SchemaComponents {
  /** The named ones, by name. */
  readonly named: Record<string, JsonSchema> = {};

  /**
   * @returns a schema for what is *sent*, also of answers: whoever reads one must bear members that come later
   * @throws Error when two schemas have one name
   */
  of(schema: z.ZodType): JsonSchema {
    const { $defs = {}, ...rest } = pointed(whole(schema)) as JsonSchema;
    for (const [name, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
      const known = this.named[name];
      if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
        throw new Error(`two different schemas are named ${name}`);
      }
      this.named[name] = definition;
    }
    return rest;
  }

  /** @returns the members of an object schema, in its order */
  membersOf(schema: z.ZodType): { name: string; required: boolean; schema: JsonSchema }[] {
    const { properties = {}, required = [] } = this.of(schema) as {
      properties?: Record<string, JsonSchema>;
      required?: readonly string[];
    };
    return Object.entries(properties).map(([name, member]) => ({
      name,
      required: required.includes(name),
      schema: member,
    }));
  }
}

function whole(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The format says it, and nobody can read the pattern.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      // What JavaScript can count to is no limit of the API.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  // The document says once which dialect its schemas are of: that of OpenAPI 3.1.
  return $schema === DIALECT ? rest : { $schema, ...rest };
}

/** The same with every reference pointing to where the document has what is referred to. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string'
        ? member.replace(IN_SCHEMA, IN_DOCUMENT)
        : pointed(member),
    ]),
  );
}
