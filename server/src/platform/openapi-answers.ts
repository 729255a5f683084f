import type { SchemaComponents } from './openapi-schemas.ts';
import type { RouteAnswer } from './route.ts';

/** What a problem code means: the status it comes with, and when it does. */
export type ProblemMeanings = Readonly<Record<string, { readonly status: number; readonly meaning: string }>>;

/** The body of every refusal. */
export const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'The code as a URN' },
    title: { type: 'string', description: 'The same words for every problem of this code; for people' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    code: {
      type: 'string',
      pattern: '^[a-z][a-z-]*$',
      description: 'Stable: what programs compare. There may be new ones',
    },
    detail: { type: 'string', description: 'What is wrong with this request; for people' },
  },
};

/** Headers by the key that refers to them. */
export const headerComponents = {
  RateLimit: {
    description:
      'The limit that is nearest to its end: what remains, and the seconds until its window ends. Absent where a call was ' +
      'refused before it was counted, or no limit is on',
    schema: { type: 'string' },
    example: '"sign";r=98;t=42',
  },
  RateLimitPolicy: {
    description: 'Every limit this call counts against: quota, and window in seconds',
    schema: { type: 'string' },
    example: '"sign";q=100;w=60, "signatures";q=5000;w=60',
  },
  RetryAfter: {
    description: 'Seconds to wait before the next attempt',
    schema: { type: 'integer', minimum: 1 },
    example: 42,
  },
  WwwAuthenticate: {
    description: 'How to sign in (RFC 6750)',
    schema: { type: 'string' },
    example: 'Bearer error="invalid_token"',
  },
};

const reference = (name: keyof typeof headerComponents): object => ({ $ref: `#/components/headers/${name}` });

/** Of every answer of a call that is counted. */
const counted = { RateLimit: reference('RateLimit'), 'RateLimit-Policy': reference('RateLimitPolicy') };

/** The headers a refusal of this status adds. */
const ofStatus: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': reference('WwwAuthenticate') },
  429: { 'Retry-After': reference('RetryAfter') },
  503: { 'Retry-After': reference('RetryAfter') },
};

/**
 * @param examples JSON bodies by status
 * @param isCounted whether limits count the call
 * @returns the good answers of a route, by status
 */
export function goodAnswers(
  answers: Readonly<Record<number, RouteAnswer>>,
  examples: Readonly<Record<number, unknown>>,
  schemas: SchemaComponents,
  isCounted: boolean,
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, media = [], headers = {} }]) => {
      const own = Object.entries(headers).map(([name, text]) => [
        name,
        { description: text, schema: { type: 'string' } },
      ]);
      const all = { ...(isCounted ? counted : {}), ...Object.fromEntries(own) };
      const bytes = media.map((type) => [
        type,
        { schema: { type: 'string' }, ...exampleOf(examples[Number(status)], type) },
      ]);
      const content = schema
        ? { 'application/json': { schema: schemas.of(schema), example: examples[Number(status)] } }
        : Object.fromEntries(bytes);
      const isEmpty = Object.keys(content as object).length === 0;
      return [
        status,
        {
          description,
          ...(Object.keys(all).length > 0 ? { headers: all } : {}),
          ...(isEmpty ? {} : { content }),
        },
      ];
    }),
  );
}

/** Of an answer that is not JSON. @param texts examples by media type */
function exampleOf(texts: unknown, type: string): { example?: unknown } {
  const example = (texts as Partial<Record<string, unknown>> | undefined)?.[type];
  return example === undefined ? {} : { example };
}

/**
 * @param codes of the problems a route may answer
 * @param isCounted whether limits count the call
 * @returns the refusals of a route, by status; each says which codes come with it, and when
 * @throws Error for a code that nobody gave a meaning
 */
export function refusals(
  codes: readonly string[],
  meanings: ProblemMeanings,
  isCounted: boolean,
): Record<string, object> {
  const lines = new Map<number, string[]>();
  for (const code of [...new Set(codes)].sort()) {
    const known = meanings[code];
    if (!known)
      throw new Error(`no status is known for the problem code ${code}: add it to problem-codes.ts`);
    const before = lines.get(known.status) ?? [];
    lines.set(known.status, [...before, `\`${code}\`: ${known.meaning}`]);
  }
  const answers = [...lines].map(([status, meant]) => {
    const headers = { ...(isCounted && status !== 503 ? counted : {}), ...ofStatus[status] };
    return [
      String(status),
      {
        description: meant.length === 1 ? meant[0] : meant.map((line) => `- ${line}`).join('\n'),
        ...(Object.keys(headers).length > 0 ? { headers } : {}),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ];
  });
  return Object.fromEntries(answers) as Record<string, object>;
}
