import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCommand } from './cli/testing/run-command.ts';
import { issueToken } from './identity/tokens.ts';
import { scratchFolder } from './platform/testing/scratch-folder.ts';
import { freshDatabase, type TestDatabase } from './testing/test-database.ts';

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

/** Says at the end which packages were loaded, by whomever. */
const LOADED_AT_EXIT = `
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  const loaded = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url)?.[1];
      if (name) loaded.add(name);
      return found;
    },
  });
  process.on('exit', () => writeSync(2, '\\nloaded ' + JSON.stringify([...loaded]) + '\\n'));
`;
const JWT_SECRET = 'core-jwt-secret-0123456789-abcdefghijkl';

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

  describe('of a server that runs', () => {
    let database: TestDatabase;
    let dataDir: string;

    beforeAll(async () => {
      database = await freshDatabase();
      dataDir = await mkdtemp(join(scratchFolder(), 'countersign-core-'));
    });
    afterAll(async () => {
      await database.drop();
      await rm(dataDir, { recursive: true });
    });

    /** Runs the real server with these settings until it is ready or ends. @returns packages that it had loaded at its end */
    const loadedBy = async (
      settings: Record<string, string>,
      work: (origin: string) => Promise<void>,
    ): Promise<string[]> => {
      const { child, ended } = startCommand(['serve', '--port', '0', '--data', dataDir], {
        DATABASE_URL: database.url,
        MASTER_SECRET: 'core-master-secret-0123456789-abcdefghij',
        JWT_SECRET,
        AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
        DELIVERY_URL: 'http://cdn.test/cdn',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(LOADED_AT_EXIT)}`,
        ...settings,
      });
      const ready = new Promise<string | undefined>((resolve) => {
        let said = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const [, origin] = /^ready (\S+)\n/m.exec(said) ?? [];
          if (origin) resolve(origin);
        });
        void ended.then(() => resolve(undefined));
      });
      const origin = await ready;
      if (origin !== undefined) await work(origin);
      child.kill('SIGTERM');
      const { stderr } = await ended;
      const [, names = '[]'] = /^loaded (\[.*\])$/m.exec(stderr) ?? [];
      return JSON.parse(names) as string[];
    };
    const isOf = (name: string) => (one: string) => one === name || one.startsWith(`${name}/`);

    it('has neither the SDK of S3, nor tus, nor sharp when it keeps files and stores and delivers a document', async () => {
      let delivered = 0;
      const loaded = await loadedBy({}, async (origin) => {
        const token = issueToken(
          { id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] },
          JWT_SECRET,
        );
        const headers = { authorization: `Bearer ${token}` };
        const upload = await fetch(`${origin}/api/resources?kind=document&name=plan.txt`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'text/plain' },
          body: 'a plan',
        });
        const { path } = (await upload.json()) as { path: string };
        const sign = await fetch(`${origin}/api/resources/sign`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ path, reason: 'test' }),
        });
        const { url } = (await sign.json()) as { url: string };
        delivered = (await fetch(url.replace('http://cdn.test', origin))).status;
      });
      expect(delivered).toBe(200);
      expect(loaded).toContain('express');
      for (const name of ['@aws-sdk', '@smithy', '@tus', 'sharp', 'redis', 'ioredis'])
        expect(loaded.filter(isOf(name)))
          .withContext(name)
          .toEqual([]);
    });

    it('has the SDK of S3 when a bucket is named, so that the list can tell', async () => {
      const loaded = await loadedBy(
        {
          S3_BUCKET: 'none',
          S3_ENDPOINT: 'http://127.0.0.1:9',
          S3_ACCESS_KEY_ID: 'a',
          S3_SECRET_ACCESS_KEY: 'b',
        },
        () => Promise.resolve(),
      );
      expect(loaded).toContain('@aws-sdk/client-s3');
    });
  });
});
