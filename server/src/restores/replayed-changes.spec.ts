import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startCommand } from '../cli/testing/run-command.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { pngOf } from '../testing/pictures.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { admin, TestServer, type TestPerson } from '../testing/test-server.ts';
import { statusAt } from './testing/dumped-world.ts';

const ORIGIN = 'http://cdn.test';
const person = (id: string): TestPerson => ({ id, roles: ['tenantMember'] });
const boss = person('boss');
const pathOf = (name: string): string => `public/team/${name}.png`;

/** Each has a picture at the time of the backup, with a URL that works; the name says what became of it afterwards. */
const PICTURES = [
  ...['revoked', 'reinstated', 'leaked', 'rotated', 'deleted', 'recreated', 'overwritten', 'transferred'],
  ...['taken-down', 'single', 'untouched'],
];

describe('changes that a restored database lacks', () => {
  const folders: string[] = [];
  const databases: string[] = [];
  const urls = new Map<string, string>();
  let original: TestDatabase;
  let dataDir: string;
  let backup: string;
  let edge: { id: string; credential: string };
  /** Of a path that was made and taken down after the backup. */
  let later = '';

  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(scratchFolder(), 'countersign-replayed-'));
    folders.push(made);
    return made;
  };
  const copyOf = async (source: string): Promise<{ name: string; url: string }> => {
    const name = `replayed_${randomBytes(8).toString('hex')}`;
    const beside = new URL(original.url);
    beside.pathname = 'postgres';
    const client = new pg.Client({ connectionString: beside.href });
    await client.connect();
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${source}`);
    await client.end();
    databases.push(name);
    beside.pathname = name;
    return { name, url: beside.href };
  };
  const serve = (databaseUrl: string, folderOf: string): Promise<TestServer> =>
    TestServer.start({
      ...{ databaseUrl, dataDir: folderOf, deliveryUrl: `${ORIGIN}/cdn` },
      rateLimits: { sign: 'off', api: 'off' },
    });
  const call = async (
    server: TestServer,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Response> => {
    const headers: Record<string, string> = body instanceof Uint8Array ? { 'content-type': 'image/png' } : {};
    const answer = await server.call(method, `/api${path}`, { as: admin, body, headers });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const resolveAs = (server: TestServer): Promise<Response> =>
    server.call('POST', '/api/edges/resolve', {
      headers: { authorization: `Bearer ${edge.credential}` },
      body: { kids: [new URL(urls.get('leaked') ?? '').searchParams.get('kid')], paths: [] },
    });

  beforeAll(async () => {
    original = await freshDatabase();
    dataDir = await folder();
    let server = await serve(original.url, dataDir);
    for (const name of PICTURES) {
      await server.addPhoto(pathOf(name), person(name));
      urls.set(name, await server.sign(pathOf(name), boss));
    }
    edge = (await (await call(server, 'POST', '/edges', { name: 'paris' })).json()) as typeof edge;
    expect((await resolveAs(server)).status).toBe(200);
    await server.stop();
    await original.pool.end();
    backup = (await copyOf(new URL(original.url).pathname.slice(1))).name;

    server = await serve(original.url, dataDir);
    const idOf = async (name: string): Promise<string> => {
      const answer = await call(server, 'GET', `/resources?prefix=${pathOf(name)}`);
      return ((await answer.json()) as { items: { id: string }[] }).items[0]!.id;
    };
    await call(server, 'POST', '/owners/revoked/revoke');
    await call(server, 'POST', '/owners/reinstated/revoke');
    await call(server, 'POST', '/owners/reinstated/reinstate');
    await call(server, 'POST', `/edges/${edge.id}/leaked`);
    await call(server, 'POST', `/resources/${await idOf('rotated')}/rotate`);
    await call(server, 'DELETE', `/resources/${await idOf('deleted')}`);
    await call(server, 'DELETE', `/resources/${await idOf('recreated')}`);
    await server.addPhoto(pathOf('recreated'), person('recreated'));
    await call(server, 'PUT', `/resources/${await idOf('overwritten')}/content`, pngOf(200));
    await call(server, 'POST', `/resources/${await idOf('transferred')}/transfer`, { owner: 'untouched' });
    const sid = new URL(urls.get('single') ?? '').searchParams.get('sid');
    await call(server, 'POST', `/signatures/sig_${sid}/revoke`);
    await server.addPhoto('public/team/taken-down-later.png', person('untouched'));
    later = await server.sign('public/team/taken-down-later.png', boss);
    await call(server, 'POST', '/paths/revoke', { prefix: 'public/team/taken-down' });
    for (const name of PICTURES.filter((one) => one !== 'untouched'))
      expect(await statusAt(server, urls.get(name) ?? ''))
        .withContext(name)
        .toBe(403);
    await server.stop();
  }, 60_000);

  afterAll(async () => {
    const admins = new pg.Client({ connectionString: original.url.replace(/\/[^/]*$/, '/postgres') });
    await admins.connect();
    for (const name of databases) await admins.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admins.end();
    await original.drop();
    for (const made of folders) await rm(made, { recursive: true, force: true });
  });

  const expectEnded = async (server: TestServer): Promise<void> => {
    for (const [name, url] of urls)
      expect(await statusAt(server, url))
        .withContext(name)
        .toBe(name === 'untouched' ? 200 : 403);
  };

  it('are made again, of every kind: no old URL opens anything, and no revoked edge is told a key', async () => {
    const { url } = await copyOf(backup);
    const data = await folder();
    await cp(dataDir, data, { recursive: true });
    const server = await serve(url, data);
    try {
      await expectEnded(server);
      expect((await resolveAs(server)).status).toBe(401);
      // What they may do again by themselves works.
      for (const name of ['rotated', 'overwritten', 'transferred', 'single']) {
        const fresh = await server.sign(pathOf(name), boss);
        expect(fresh)
          .withContext(name)
          .not.toBe(urls.get(name) ?? '');
      }
      expect(await statusAt(server, await server.sign(pathOf('rotated'), boss))).toBe(200);
      for (const name of ['deleted', 'recreated'])
        await expectAsync(server.sign(pathOf(name), boss)).toBeRejectedWithError(/not-allowed/);
      for (const name of ['revoked', 'reinstated', 'leaked']) {
        await expectAsync(server.sign(pathOf(name), boss)).toBeRejectedWithError(/owner-revoked/);
        await call(server, 'POST', `/owners/${name}/reinstate`);
        expect(await statusAt(server, await server.sign(pathOf(name), boss)))
          .withContext(name)
          .toBe(200);
        expect(await statusAt(server, urls.get(name) ?? ''))
          .withContext(name)
          .toBe(403);
      }
      // The database never heard of this path. Whoever uploads there anew does not revive what was taken down.
      await server.addPhoto('public/team/taken-down-later.png', person('untouched'));
      expect(await statusAt(server, later)).toBe(403);
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('are all made again, each once, by the server after those that were killed in the middle of it', async () => {
    const { url } = await copyOf(backup);
    const data = await folder();
    await cp(dataDir, data, { recursive: true });
    const pool = new pg.Pool({ connectionString: url });
    // In the order in which a replay comes to them; the last is after its commit, and before any receipt.
    for (const table of ['replayed_changes', 'owners', 'edges', 'resources', 'epoch', 'holders']) {
      const holder = await pool.connect();
      await holder.query('BEGIN');
      await holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const { child, ended } = startCommand(['serve', '--port', '0', '--data', data], {
        ...{ DATABASE_URL: url, DELIVERY_URL: `${ORIGIN}/cdn` },
        MASTER_SECRET: 'test-master-secret-0123456789-abcdefghij',
        JWT_SECRET: 'test-jwt-secret-0123456789-abcdefghijkl',
        AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
      });
      const waits = `SELECT FROM pg_locks WHERE relation = '${table}'::regclass AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      while ((await holder.query(waits)).rowCount === 0) {
        if (child.exitCode !== null) throw new Error(`it ended: ${(await ended).stderr}`);
        await sleep(20);
      }
      child.kill('SIGKILL');
      await ended;
      await holder.query('ROLLBACK');
      holder.release();
    }
    const server = await serve(url, data);
    try {
      await expectEnded(server);
      const count = async (of: string): Promise<number> =>
        (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${of}`)).rows[0]!.n;
      const lost = new pg.Client({ connectionString: original.url });
      await lost.connect();
      const { rows } = await lost.query<{ n: number }>('SELECT count(*)::int AS n FROM epoch_log');
      await lost.end();
      expect(await count('replayed_changes')).toBe(rows[0]!.n);
      // One number and one receipt for each.
      expect(await count('epoch_log')).toBe(rows[0]!.n);
      const { rows: twice } = await pool.query(
        `SELECT event, reason, owner, resource_path, signature_id FROM resource_access_logs
          WHERE event = 'change-replayed' GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1`,
      );
      expect(twice).toEqual([]);
      while ((await count(`receipts WHERE status = 'pending'`)) > 0) await sleep(20);
    } finally {
      await server.stop();
      await pool.end();
    }
  }, 120_000);
});
