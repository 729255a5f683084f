import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { issueToken } from '../server/src/identity/tokens.ts';
import { freePort } from '../server/src/platform/free-port.ts';
import { startLocalPostgres, type LocalPostgres } from '../server/src/platform/local-postgres.ts';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { dataFolder, startServer, type ServerProcess } from './testing/server-process.ts';

const SCALE = Number(process.env['SCALE'] ?? 1);
/** 20 s in `npm run test:long`; the same is asserted in 5 s. */
const OUTAGE_MS = Math.min(20_000, 5_000 * SCALE);
const DEADLINE_MS = 1_000;
/** What a machine with too much to do may add to any time. */
const SLOWNESS_MS = 4_000;
const CALLERS = 4;
const JWT_SECRET = 'outage-jwt-secret-0123456789-abcdefghijkl';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Answer {
  status: number;
  code: string | undefined;
  /** When it was asked for, and for how long; milliseconds. */
  at: number;
  took: number;
}

/** Clients that sign and fetch without a pause, and remember what they were answered. */
class Load {
  /** Numbers of the deliveries and issuances that a client received whole. */
  readonly delivered = new Set<string>();
  readonly issued = new Set<string>();
  readonly signs: Answer[] = [];
  readonly deliveries: Answer[] = [];
  readonly #origin: string;
  readonly #path: string;
  readonly #token: string;
  readonly #url: string;
  #next = 0;
  #isOver = false;
  #clients: Promise<unknown> = Promise.resolve();

  constructor(origin: string, path: string, token: string, url: string) {
    this.#origin = origin;
    this.#path = path;
    this.#token = token;
    this.#url = url;
  }

  start(): void {
    this.#isOver = false;
    const clients = Array.from({ length: CALLERS }, () => [this.#repeat('sign'), this.#repeat('deliver')]);
    this.#clients = Promise.all(clients.flat());
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#clients;
  }

  async #repeat(what: 'sign' | 'deliver'): Promise<void> {
    while (!this.#isOver) {
      // In the User-Agent, which the row keeps: so each request can be told from every other.
      const name = `load-${this.#next++}`;
      const at = performance.now();
      const [status, code] = await (what === 'sign' ? this.#sign(name) : this.#deliver(name)).catch(
        () => [0, 'no-answer'] as const,
      );
      const answers = what === 'sign' ? this.signs : this.deliveries;
      answers.push({ status, code, at, took: performance.now() - at });
      if (status !== 200) await sleep(10);
    }
  }

  async #sign(name: string): Promise<[number, string | undefined]> {
    const response = await fetch(`${this.#origin}/api/resources/sign`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#token}`,
        'user-agent': name,
      },
      body: JSON.stringify({ path: this.#path, reason: 'load' }),
    });
    const { url, code } = (await response.json()) as { url?: string; code?: string };
    if (url) this.issued.add(name);
    return [response.status, code];
  }

  async #deliver(name: string): Promise<[number, string | undefined]> {
    const response = await fetch(this.#url, { headers: { 'user-agent': name } });
    const bytes = await response.arrayBuffer();
    if (response.status === 200 && bytes.byteLength === onePixelPng.length) this.delivered.add(name);
    const { code } = response.ok
      ? { code: undefined }
      : (JSON.parse(Buffer.from(bytes).toString()) as { code?: string });
    return [response.status, code];
  }
}

describe('a server whose PostgreSQL is stopped under load', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let postgres: LocalPostgres;
  let server: ServerProcess;
  let port: number;

  const startPostgres = (): Promise<LocalPostgres> =>
    startLocalPostgres({ dir: join(folder.path, 'database'), log: quiet });

  const start = (): Promise<ServerProcess> =>
    startServer(join(folder.path, 'data'), ['--port', String(port)], {
      DATABASE_URL: postgres.url,
      MASTER_SECRET: 'outage-master-secret-0123456789-abcdefghi',
      JWT_SECRET,
      AUDIT_SIGNING_KEY: Buffer.from('outage-signing-key-0123456789-ab').toString('base64'),
      AUDIT_DEADLINE_MS: String(DEADLINE_MS),
    });

  /** Does what `pg_ctl stop -m immediate` does, and waits for the end as it does. */
  const stopImmediately = async (): Promise<void> => {
    process.kill(postgres.pid, 'SIGQUIT');
    while (postgres.isAlive()) await sleep(10);
  };

  const query = async <T extends pg.QueryResultRow>(text: string): Promise<T[]> => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    folder = await dataFolder();
    await mkdir(join(folder.path, 'data'));
    await chmod(folder.path, 0o711);
    postgres = await startPostgres();
    port = await freePort();
    server = await start();
  });

  afterAll(async () => {
    await server.stop();
    await postgres.stop();
    await folder.remove();
  });

  it(
    'refuses in time, comes back by itself, and has each delivery once, also after kill -9 during the replay',
    async () => {
      const token = issueToken(
        { id: 'ada', name: 'ada', tenantId: 'default', roles: ['tenantMember'] },
        JWT_SECRET,
      );
      const uploaded = await fetch(`${server.origin}/api/resources?kind=teamPhoto&name=load.png`, {
        method: 'POST',
        headers: { 'content-type': 'image/png', authorization: `Bearer ${token}` },
        body: new Uint8Array(onePixelPng),
      });
      const { path } = (await uploaded.json()) as { path: string };
      const { url } = await server.post<{ url: string }>(
        '/api/resources/sign',
        { path, reason: 'load' },
        token,
      );
      const load = new Load(server.origin, path, token, url);
      load.start();
      while (load.issued.size < 50 || load.delivered.size < 50) await sleep(10);

      const stopped = performance.now();
      await stopImmediately();
      await sleep(OUTAGE_MS);
      expect(server.child.exitCode).toBeNull();
      const returning = performance.now();
      postgres = await startPostgres();
      const back = performance.now();
      const servesAgain = (answers: readonly Answer[]): number | undefined =>
        answers.find(({ status, at }) => status === 200 && at >= returning)?.at;
      while (!servesAgain(load.signs) || !servesAgain(load.deliveries)) {
        expect(performance.now() - back).toBeLessThan(DEADLINE_MS + SLOWNESS_MS);
        if (performance.now() - back > DEADLINE_MS + SLOWNESS_MS) break;
        await sleep(10);
      }
      const recovered = performance.now() - back;

      // Somebody holds the table, so that the replay is under way when the server dies, and its last batch goes in
      // although nobody is there any more to hear so.
      const holder = new pg.Client({ connectionString: postgres.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE resource_access_logs IN SHARE MODE');
      const waiting = (): Promise<unknown[]> =>
        query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO resource_access_logs%duration_ms%'`,
        );
      while ((await waiting()).length === 0) await sleep(10);
      await server.kill();
      await load.stop();
      await holder.query('COMMIT');
      await holder.end();

      server = await start();
      load.start();
      const before = load.delivered.size;
      while (load.delivered.size < before + 50) await sleep(10);
      await load.stop();
      expect(await server.stop()).toBe(0);

      const refused = load.signs.filter(({ status, at }) => status !== 200 && at > stopped && at < returning);
      expect(refused.length).toBeGreaterThan(0);
      expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(
        new Set(['503 audit-unavailable']),
      );
      expect(refused.filter(({ took }) => took > DEADLINE_MS + SLOWNESS_MS)).toEqual([]);
      const rows = await query<{ event: string; name: string; n: number }>(
        `SELECT event, user_agent AS name, count(*)::int AS n FROM resource_access_logs
         WHERE user_agent LIKE 'load-%' GROUP BY 1, 2`,
      );
      expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
      const named = (event: string): Set<string> =>
        new Set(rows.flatMap((row) => (row.event === event ? [row.name] : [])));
      const [delivered, issued] = [named('delivery'), named('issuance')];
      expect([...load.delivered].filter((name) => !delivered.has(name))).toEqual([]);
      expect([...load.issued].filter((name) => !issued.has(name))).toEqual([]);
      console.log(
        `outage of ${OUTAGE_MS} ms: served again ${Math.round(recovered)} ms after the database's return; ` +
          `slowest refusal ${Math.round(Math.max(...refused.map(({ took }) => took)))} ms; ` +
          `${load.delivered.size} deliveries and ${load.issued.size} issuances, each once`,
      );
    },
    90_000 * SCALE,
  );
});
