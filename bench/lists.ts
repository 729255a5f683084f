// How long a page of a list takes with RESOURCES (default 10,000) resources in the tenant: every order, a search that finds
// few, a page far down, for an administrator and for somebody who sees only his own and public ones.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import { issueToken } from '../server/src/identity/tokens.ts';
import { openDatabase } from '../server/src/platform/database.ts';
import { startLocalPostgres } from '../server/src/platform/local-postgres.ts';
import { listCursor } from '../server/src/resources/list-cursor.ts';
import { startProduction } from './load/servers.ts';
import type { Size } from './size.ts';

const RESOURCES = Number(process.env['RESOURCES'] ?? 10_000);
const CALLS = Number(process.env['CALLS'] ?? 200);
const MOST_MS = 30;

const log = pino({ level: 'silent' });

export async function run(): Promise<Size[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-lists-'));
  await chmod(folder, 0o711);
  const postgres = await startLocalPostgres({ dir: join(folder, 'postgres'), log });
  const jwtSecret = randomBytes(32).toString('base64url');
  const dataDir = join(folder, 'server');
  await mkdir(dataDir);
  const server = await startProduction(dataDir, postgres.url, jwtSecret, {
    MASTER_SECRET: randomBytes(32).toString('base64url'),
    AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
    DELIVERY_URL: 'http://cdn.example.com/cdn',
    RATE_LIMITS: 'sign=off,signatures=off,api=off',
    DATABASE_MIGRATION_URL: postgres.url,
  });
  const tokenOf = (id: string, role: string): string =>
    issueToken({ id, name: id, tenantId: 'default', roles: [role] }, jwtSecret);
  const admin = tokenOf('admin', 'tenantAdmin');
  const ada = tokenOf('ada', 'tenantMember');
  try {
    await fill(postgres.url);
    const deep = listCursor({ sort: 'newest' }, { key: '2026-01-01T00:30:00.000000Z', id: '' });
    const far = listCursor({ sort: 'path' }, { key: 'users/ada/documents/7', id: '' });
    const lists: [string, string, string][] = [
      ['all, by path', '', admin],
      ['all, newest first', 'sort=newest', admin],
      ['all, by name', 'sort=name', admin],
      ['all, largest first', 'sort=size', admin],
      ['all, newest first, far down', `sort=newest&cursor=${deep}`, admin],
      ['all, by path, far down', `cursor=${far}`, admin],
      ['search that finds few', 'search=9991', admin],
      ['own and public, newest first', 'sort=newest', ada],
    ];
    const sizes: Size[] = [];
    for (const [name, query, as] of lists) {
      const size = await p95(`${server.origin}/api/resources?limit=50&${query}`, as);
      sizes.push({ name: `lists: ${name}, of ${RESOURCES}, p95`, size, most: MOST_MS, unit: 'ms' });
    }
    return sizes;
  } finally {
    await server.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(url: string): Promise<void> {
  const database = openDatabase(url, log, { max: 1 });
  await database.query(
    `INSERT INTO owners (tenant_id, owner_id, display_name) VALUES ('default', 'ada', 'Ada')`,
  );
  await database.query(
    `INSERT INTO resources (id, tenant_id, path, owner_id, kind, display_name, name_key, content_type, size, sha256,
                            object_key, created_at)
     SELECT 'res_' || n, 'default', 'users/ada/documents/' || n, 'ada', 'document', 'Paper ' || n || '.pdf',
            'paper ' || n || '.pdf', 'application/pdf', n * 7919 % 1000003, sha256('x'), 'key' || n,
            '2026-01-01T00:00:00Z'::timestamptz + n * INTERVAL '1 second'
       FROM generate_series(1, $1::int) n`,
    [RESOURCES],
  );
  await database.query('ANALYZE resources');
  await database.end();
}

async function p95(address: string, token: string): Promise<number> {
  const authorization = `Bearer ${token}`;
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const began = performance.now();
    const response = await fetch(address, { headers: { authorization } });
    await response.text();
    if (response.status !== 200) throw new Error(`a list was answered with ${response.status}`);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return Math.round((times[Math.floor(times.length * 0.95)] ?? 0) * 10) / 10;
}
