/* global describe, it, beforeAll, expect, expectAsync */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './command.mjs';
import { wireTypeFiles, wireTypes } from './wire-types.mjs';

describe('the wire types of the Angular library and of the showcase', () => {
  let document;

  beforeAll(async () => {
    document = JSON.parse(await readFile(join(root, 'server/openapi.json'), 'utf8'));
  });

  for (const [path, names] of Object.entries(wireTypeFiles)) {
    it(`are in ${path} as the OpenAPI document has them (else: UPDATE_WIRE_TYPES=1 npm test -- wire-types)`, async () => {
      const file = join(root, path);
      const types = await wireTypes(document, names, file);
      if (process.env.UPDATE_WIRE_TYPES) await writeFile(file, types);
      expect(await readFile(file, 'utf8')).toBe(types);
    });
  }

  it('name a schema that is not there', async () => {
    await expectAsync(wireTypes(document, ['Nothing'], root)).toBeRejectedWithError(/no schema Nothing/);
  });

  it('let what is left out be undefined, and hold neither what only the server bears nor what nobody asked for', async () => {
    const types = await wireTypes(
      {
        paths: {
          '/a': {
            get: {
              operationId: 'getA',
              parameters: [{ name: 'limit', in: 'query', required: false, schema: { type: 'integer' } }],
            },
          },
        },
        components: {
          schemas: {
            A: {
              type: 'object',
              properties: {
                of: {
                  type: 'array',
                  items: { anyOf: [{ $ref: '#/components/schemas/B' }, { description: 'else' }] },
                },
                inner: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
              },
              required: ['of'],
            },
            B: { type: 'object', properties: { b: { enum: ['x', 'y'] } } },
            C: { type: 'object' },
          },
        },
      },
      ['A', 'getAQuery'],
      join(root, 'a.ts'),
    );
    expect(types.replace(/\s+/g, ' ')).toContain(
      'export interface A { of: B[]; inner?: | { text: string; } | undefined; } ' +
        "export interface B { b?: ('x' | 'y') | undefined; } " +
        'export interface GetAQuery { limit?: number | undefined; }',
    );
  });
});
