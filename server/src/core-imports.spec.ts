import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The packages a server without samples, S3, Redis or a scanner may load, besides what those load themselves. */
const CORE = [
  '@countersign/signed-url',
  'cors',
  'csv-parse/sync',
  'express',
  'file-type',
  'helmet',
  'jsonwebtoken',
  'lru-cache',
  'mime-types',
  'node-pg-migrate',
  'pg',
  'pino',
  'range-parser',
  'rate-limiter-flexible',
  'swagger-ui-dist',
  'zod',
];

const LISTING = `
  import { registerHooks } from 'node:module';
  const direct = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      const ours = context.parentURL?.includes('/server/src/') ?? false;
      if (ours && !/^(node:|[./])/.test(specifier)) direct.add(specifier);
      return next(specifier, context);
    },
  });
  await import(process.argv[1]);
  console.log(JSON.stringify([...direct]));
`;

describe('the core', () => {
  it('loads nothing that configuration did not name: neither sharp nor an embedded database', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=source',
      '--input-type=module',
      '--eval',
      LISTING,
      fileURLToPath(new URL('./index.ts', import.meta.url)),
    ]);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).toContain('express');
    expect(loaded.filter((name) => !CORE.includes(name))).toEqual([]);
  });
});
