import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { issueToken } from '../../server/src/identity/tokens.ts';
import { openDatabase, type Database } from '../../server/src/platform/database.ts';
import { startLocalPostgres } from '../../server/src/platform/local-postgres.ts';
import { PartitionProxy, type Watch } from '../../server/src/testing/partition-proxy.ts';
import { onePixelPng } from '../../server/src/testing/pictures.ts';
import { startProduction, type BenchServer } from './servers.ts';

const log = pino({ level: 'silent' });

/** Two production servers on one PostgreSQL with fsync, one of them behind a proxy that counts. */
export interface TwoGateways {
  /** Revokes. */
  near: BenchServer;
  /** Is watched. */
  far: BenchServer;
  /** Between `far` and the database. */
  proxy: PartitionProxy;
  database: Database;
  databaseUrl: string;
  /** @returns what `far` keeps on its heap when nothing is left to collect, in MB of 1,000,000 bytes */
  liveHeap(): Promise<number>;
  /** @returns the body of the answer, which must be of this status */
  post<T>(server: BenchServer, path: string, call: PostCall): Promise<T>;
  /** @returns the target of a signed URL to a picture that this new owner has just uploaded */
  newUrl(ownerId: string): Promise<string>;
  stop(): Promise<void>;
}

/** Who posts what. */
export interface PostCall {
  as: string;
  status: number;
  type?: string;
  body?: string | Uint8Array<ArrayBuffer>;
}

/** @param watch is told every byte between `far` and the database */
export async function startTwoGateways(watch: Watch): Promise<TwoGateways> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-revocation-'));
  await chmod(folder, 0o711);
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const proxy = await PartitionProxy.start(postgres.url, watch);
  const jwtSecret = randomBytes(32).toString('base64url');
  const shared = {
    MASTER_SECRET: randomBytes(32).toString('base64url'),
    AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
    DELIVERY_URL: 'http://cdn.example.com/cdn',
    // One administrator revokes more than one person may.
    RATE_LIMITS: 'sign=off,signatures=off,api=off',
  };
  await mkdir(join(folder, 'files'));
  const start = async (name: string, url: string): Promise<BenchServer> => {
    const dataDir = join(folder, name);
    await mkdir(dataDir);
    await symlink(join(folder, 'files'), join(dataDir, 'files'));
    return startProduction(dataDir, url, jwtSecret, {
      ...{ ...shared, DATABASE_MIGRATION_URL: postgres.url, HEAP_REPORT: join(dataDir, 'heap') },
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${new URL('heap-probe.mjs', import.meta.url).href}`,
    });
  };
  const near = await start('near', postgres.url);
  const far = await start('far', proxy.url);
  const database = openDatabase(postgres.url, log, { max: 2 });

  const post = async <T>(server: BenchServer, path: string, call: PostCall): Promise<T> => {
    const { as, status, type = 'application/json', body } = call;
    const roles = [as === 'admin' ? 'tenantAdmin' : 'tenantMember'];
    const token = issueToken({ id: as, name: as, tenantId: 'default', roles }, jwtSecret);
    const response = await fetch(server.origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': type } : {}) },
      ...(body ? { body } : {}),
    });
    const answer = (await response.json()) as T & { code?: string };
    if (response.status !== status) throw new Error(`${path}: ${response.status} ${answer.code}`);
    return answer;
  };
  return {
    ...{ near, far, proxy, database, databaseUrl: postgres.url, post },
    liveHeap: async () => {
      const report = join(folder, 'far', 'heap');
      await rm(report, { force: true });
      process.kill(far.pid, 'SIGUSR2');
      for (;;) {
        const bytes = Number(await readFile(report, 'utf8').catch(() => ''));
        if (bytes > 0) return Math.ceil(bytes / 1_000_000);
        await sleep(50);
      }
    },
    newUrl: async (ownerId) => {
      const { path } = await post<{ path: string }>(near, '/api/resources?kind=teamPhoto&name=photo.png', {
        ...{ as: ownerId, status: 201, type: 'image/png' },
        body: new Uint8Array(onePixelPng),
      });
      const { url } = await post<{ url: string }>(near, '/api/resources/sign', {
        ...{ as: ownerId, status: 200 },
        body: JSON.stringify({ path, reason: 'bench' }),
      });
      const { pathname, search } = new URL(url);
      return pathname + search;
    },
    stop: async () => {
      await database.end();
      await Promise.all([near.stop(), far.stop()]);
      await proxy.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** @returns the status of the answer to a GET, body read */
export function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    asked.on('error', reject).end();
  });
}
