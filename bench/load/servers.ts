import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../../server/bin/node-flags.mjs';
import { LIMITS, type LimitName, type RateLimitSettings } from '../../server/src/identity/limit-table.ts';
import { issueToken } from '../../server/src/identity/tokens.ts';
import type { S3Settings } from '../../server/src/platform/s3-settings.ts';

const workspace = fileURLToPath(new URL('../..', import.meta.url));

/** A server in a process of its own. */
export interface BenchServer {
  origin: string;
  pid: number;
  stop(): Promise<void>;
}

async function ready(child: ChildProcess): Promise<BenchServer> {
  const { stdout, pid } = child;
  if (!stdout || pid === undefined) throw new Error('no output to read');
  for await (const line of createInterface(stdout)) {
    const origin = /^ready (http:\S+)$/.exec(line)?.[1];
    if (!origin) continue;
    stdout.resume();
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    return { origin, pid, stop };
  }
  throw new Error('the server did not start');
}

/** Limits stay on, and count every call, but a benchmark asks for more than people do. */
export const BENCH_LIMITS: RateLimitSettings = { sign: '1000000/min', signatures: '10000000/min' };

/** Says so beside the figures. @param people how many principals the calls are spread over */
export function sayLimits(people: number): void {
  const limits = Object.entries(BENCH_LIMITS).map(
    ([name, rate]) => `${name} ${rate} (default ${LIMITS[name as LimitName].rate})`,
  );
  console.log(`limits on, for each of ${people} principals: ${limits.join(', ')}`);
}

const run = (
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): ChildProcess => {
  // The product's own servers start with these flags, as `countersign serve` and `npm start` start them.
  const own = file.startsWith('../../server/') ? NODE_FLAGS : [];
  const conditions = file.endsWith('.ts') ? ['--conditions=source'] : [];
  return spawn(
    process.execPath,
    [...own, ...conditions, fileURLToPath(new URL(file, import.meta.url)), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', ...variables },
    },
  );
};

/** Bare Express routes that answer `answer` and the files of `folder`. */
export const startFloor = (answer: object, folder: string): Promise<BenchServer> =>
  ready(run('floor.ts', [JSON.stringify(answer), folder]));

/** Objects of a bucket by their names, as the SDK hands them out. */
export const startS3Floor = (settings: S3Settings): Promise<BenchServer> =>
  ready(run('s3-floor.ts', [JSON.stringify(settings)]));

/** A body that is piped to a file of `folder`, and nothing else. */
export const startUploadFloor = (folder: string): Promise<BenchServer> =>
  ready(run('upload-floor.ts', [folder]));

/**
 * The product as `npm start` runs it: its own PostgreSQL with fsync, audit and BENCH_LIMITS on.
 *
 * @param variables more of its environment
 */
export const startProduct = (
  dataDir: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<BenchServer> =>
  ready(
    run('../../server/src/main.ts', ['--port', '0', '--data', dataDir], {
      RATE_LIMITS: benchLimits(),
      ...variables,
    }),
  );

/**
 * The product as one runs it in production: built, and with a PostgreSQL and secrets that are given. No samples.
 *
 * @param variables more of its environment, e.g. what several servers must have in common
 */
export function startProduction(
  dataDir: string,
  databaseUrl: string,
  jwtSecret: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  buildServer();
  const server = run('../../server/dist/main.js', ['--port', '0', '--data', dataDir], {
    RATE_LIMITS: benchLimits(),
    DATABASE_URL: databaseUrl,
    MASTER_SECRET: randomBytes(32).toString('base64url'),
    AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
    JWT_SECRET: jwtSecret,
    ...variables,
  });
  return ready(server);
}

/** What is measured is what these sources make, not what an earlier build left. */
function buildServer(): void {
  for (const folder of ['projects/signed-url', 'server']) {
    const args = ['node_modules/typescript/bin/tsc', '-p', `${folder}/tsconfig.build.json`];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: workspace, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${folder} does not build:\n${stdout}`);
  }
}

const benchLimits = (): string =>
  Object.entries(BENCH_LIMITS)
    .map(([name, rate]) => `${name}=${rate}`)
    .join(',');

/** Countersign beside the pages of bench/pages; `builds` is where these were built to. */
export const startPages = (
  dataDir: string,
  builds: string,
  limits: RateLimitSettings,
): Promise<BenchServer> => ready(run('pages-server.ts', [dataDir, builds, JSON.stringify(limits)]));

/** @returns bearer tokens of so many different people */
export async function tokensOf(people: number, dataDir: string): Promise<string[]> {
  const secret = (await readFile(join(dataDir, 'secrets', 'jwt'), 'utf8')).trim();
  return Array.from({ length: people }, (_, index) =>
    issueToken(
      { id: `person-${index}`, name: `Person ${index}`, tenantId: 'default', roles: ['tenantMember'] },
      secret,
    ),
  );
}
