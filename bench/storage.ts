// Delivery from a bucket (radosgw on this machine) beside what the SDK alone streams, of a picture that is in memory after
// its first delivery and of so many that none is; and parts of a sparse file of 2 GiB in a folder.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import sharp from 'sharp';
import { issueToken } from '../server/src/identity/tokens.ts';
import { openDatabase } from '../server/src/platform/database.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { s3BlobStore } from '../server/src/platform/s3-blob-store.ts';
import { hasRadosgw, sharedRadosgw } from '../server/src/testing/radosgw.ts';
import { compare, requestsPerSecond, type Figure } from './load/generator.ts';
import { residentMegabytes } from './load/resident-memory.ts';
import { startProduction, startS3Floor, type BenchServer } from './load/servers.ts';
import type { Size } from './size.ts';

/** Together more than the 64 MB that delivery keeps in memory, so that by turns none is. */
const PICTURES = 1500;
const AT_ONCE = 200;
const [WIDTH, HEIGHT] = [128, 130];
const CONNECTIONS = 32;
const SECONDS = 4;
const BUCKET = 'bench';
const LARGE_BYTES = 2 * 1024 ** 3;
const PARTS = 200;
const PART_BYTES = 64 * 1024;

const jwtSecret = randomBytes(32).toString('base64url');
const authorization = `Bearer ${issueToken({ id: 'ada', name: 'Ada', tenantId: 'default', roles: ['tenantMember'] }, jwtSecret)}`;

export async function run(): Promise<(Figure | Size)[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-storage-'));
  await chmod(folder, 0o711);
  const log = pino({ level: 'silent' });
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const dataDir = join(folder, 'server');
  await mkdir(dataDir);
  const start = (variables: Readonly<Record<string, string>>): Promise<BenchServer> =>
    startProduction(dataDir, postgres.url, jwtSecret, {
      MASTER_SECRET: 'a-master-secret-of-a-benchmark-0123456789',
      RATE_LIMITS: 'sign=off,signatures=off,api=off',
      ...variables,
    });
  try {
    const figures: (Figure | Size)[] = [...(await partsOfLarge(start, dataDir, postgres.url))];
    if (hasRadosgw) figures.push(...(await fromBucket(start)));
    else console.log('pending, needs radosgw: delivery from a bucket');
    return figures;
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Start = (variables: Readonly<Record<string, string>>) => Promise<BenchServer>;

async function partsOfLarge(start: Start, dataDir: string, databaseUrl: string): Promise<Size[]> {
  const path = await sparse(start, dataDir, databaseUrl);
  // Whoever stored it knows it with its old size.
  const server = await start({});
  try {
    const [url = ''] = await sign(server, [path]);
    const times: number[] = [];
    for (let part = 0; part < PARTS; part += 1) times.push(await firstByte(url, part));
    times.sort((a, b) => a - b);
    await whole(url);
    const before = await residentMegabytes(server.pid);
    await whole(url);
    const after = await residentMegabytes(server.pid);
    const p99 = Math.round((times[Math.floor(times.length * 0.99)] ?? 0) * 10) / 10;
    return [
      { name: `part of a 2 GiB file, first byte, p99 of ${PARTS}`, size: p99, most: 50, unit: 'ms' },
      { name: 'all of it, a second time: more resident memory', size: after - before, most: 20, unit: 'MB' },
    ];
  } finally {
    await server.stop();
  }
}

/** @returns the path of a document of 2 GiB that takes no room */
async function sparse(start: Start, dataDir: string, databaseUrl: string): Promise<string> {
  const server = await start({});
  try {
    const path = await add(server, 'large.txt', 'document', 'text/plain', Buffer.from('the beginning'));
    const objects = join(dataDir, 'files', 'objects');
    const names = await readdir(objects, { recursive: true });
    await truncate(join(objects, names.find((name) => name.includes('/')) ?? ''), LARGE_BYTES);
    const database = openDatabase(databaseUrl, pino({ level: 'silent' }), { max: 1 });
    await database.query('UPDATE resources SET size = $1 WHERE path = $2', [LARGE_BYTES, path]);
    await database.end();
    return path;
  } finally {
    await server.stop();
  }
}

async function firstByte(url: string, part: number): Promise<number> {
  const start = Math.floor((LARGE_BYTES / PARTS) * part);
  const began = performance.now();
  const response = await fetch(url, { headers: { range: `bytes=${start}-${start + PART_BYTES - 1}` } });
  const reader = response.body?.getReader();
  await reader?.read();
  const took = performance.now() - began;
  while (!(await reader?.read())?.done);
  if (response.status !== 206) throw new Error(`a part was answered with ${response.status}`);
  return took;
}

async function whole(url: string): Promise<void> {
  let bytes = 0;
  for await (const chunk of (await fetch(url)).body ?? []) bytes += (chunk as Uint8Array).byteLength;
  if (bytes !== LARGE_BYTES) throw new Error(`${bytes} bytes arrived`);
}

async function fromBucket(start: Start): Promise<Figure[]> {
  const gateway = await sharedRadosgw();
  const settings = gateway.settings(BUCKET, 'bench/');
  const store = await s3BlobStore(settings);
  const { CreateBucketCommand } = store.bucket.packages.client;
  await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const server = await start({
    S3_BUCKET: BUCKET,
    S3_PREFIX: 'bench/',
    S3_ENDPOINT: gateway.endpoint,
    S3_ACCESS_KEY_ID: settings.accessKeyId ?? '',
    S3_SECRET_ACCESS_KEY: settings.secretAccessKey ?? '',
  });
  const floor = await startS3Floor(settings);
  try {
    const paths: string[] = [];
    for (let picture = 0; picture < PICTURES; picture += 1) {
      paths.push(await add(server, `${picture}.png`, 'teamPhoto', 'image/png', await noise()));
    }
    const names: string[] = [];
    for await (const { name } of store.bucket.list('')) names.push(name);
    const urls: string[] = [];
    for (let first = 0; first < PICTURES; first += AT_ONCE) {
      urls.push(...(await sign(server, paths.slice(first, first + AT_ONCE))));
    }
    const load = { connections: CONNECTIONS, seconds: SECONDS };
    const get = (paths: readonly string[]) => paths.map((path) => ({ method: 'GET' as const, path }));
    const signed = urls.map((url) => new URL(url)).map(({ pathname, search }) => pathname + search);
    const beside = (name: string, hold: number, count: number): Promise<Figure> =>
      compare(
        name,
        hold,
        () =>
          requestsPerSecond({
            ...load,
            url: floor.origin,
            requests: get(names.slice(0, count).map((object) => `/${object}`)),
          }),
        () => requestsPerSecond({ ...load, url: server.origin, requests: get(signed.slice(0, count)) }),
      );
    return [
      await beside('delivery 50 kB from a bucket, in memory', 0.8, 1),
      await beside(`delivery 50 kB from a bucket, ${PICTURES} by turns`, 0.8, PICTURES),
    ];
  } finally {
    await Promise.all([server.stop(), floor.stop()]);
    store.close();
  }
}

/** A PNG of 50 kB. */
const noise = (): Promise<Buffer> =>
  sharp(randomBytes(WIDTH * HEIGHT * 3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();

async function add(
  { origin }: BenchServer,
  name: string,
  kind: string,
  contentType: string,
  bytes: Buffer,
): Promise<string> {
  const response = await fetch(`${origin}/api/resources?kind=${kind}&name=${name}`, {
    method: 'POST',
    headers: { authorization, 'content-type': contentType },
    body: new Uint8Array(bytes),
  });
  const { path } = (await response.json()) as { path?: string };
  if (path === undefined) throw new Error(`an upload was answered with ${response.status}`);
  return path;
}

async function sign({ origin }: BenchServer, paths: readonly string[]): Promise<string[]> {
  const response = await fetch(`${origin}/api/resources/sign/batch`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ resources: paths.map((path) => ({ path, reason: 'bench' })) }),
  });
  const { results } = (await response.json()) as { results: { url?: string }[] };
  return results.map(({ url }) => {
    if (url === undefined) throw new Error('a path was not signed');
    // It is asked for where the server is, whatever its public address.
    const { pathname, search } = new URL(url);
    return origin + pathname + search;
  });
}
