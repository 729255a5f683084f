import { createServer } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { pino } from 'pino';
import { assemble, type Assembly } from '../assembly.ts';
import { checkedConfig, type CountersignConfig } from '../countersign-config.ts';
import { mount } from '../countersign.ts';
import { issueToken } from '../identity/tokens.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { unanswered } from '../router.ts';
import { onePixelPng } from './pictures.ts';
import { freshDatabase, type TestDatabase } from './test-database.ts';
import { undeclaredProblem } from './undeclared-problem.ts';

const JWT_SECRET = 'test-jwt-secret-0123456789-abcdefghijkl';

/** Somebody who calls the test server. */
export interface TestPerson {
  id: string;
  /** Default: the id. */
  name?: string;
  roles?: readonly string[];
  tenantId?: string;
}

export const ada: TestPerson = { id: 'ada', roles: ['tenantMember'] };
export const grace: TestPerson = { id: 'grace', roles: ['tenantMember'] };
export const admin: TestPerson = { id: 'admin', roles: ['tenantAdmin'] };

/** A whole server on a database and a folder of its own. */
export class TestServer {
  readonly origin: string;
  readonly assembly: Assembly;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Every log line of the server, for tests of what is never logged. */
  readonly logged: string[];
  /** Problems that `call` was answered with and the contract of their route does not name. */
  readonly undeclared: string[] = [];
  readonly #stop: () => Promise<void>;

  constructor(
    origin: string,
    assembly: Assembly,
    database: TestDatabase,
    dataDir: string,
    logged: string[],
    stop: () => Promise<void>,
  ) {
    this.origin = origin;
    this.assembly = assembly;
    this.database = database;
    this.dataDir = dataDir;
    this.logged = logged;
    this.#stop = stop;
  }

  /**
   * Starts one on a free port of loopback.
   *
   * @param between puts something between the server and its database, and says where
   */
  static async start(
    settings: Partial<CountersignConfig> = {},
    between: (databaseUrl: string) => Promise<string> = (url) => Promise.resolve(url),
  ): Promise<TestServer> {
    const database = await freshDatabase();
    const dataDir = await mkdtemp(join(scratchFolder(), 'countersign-data-'));
    const app = express();
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const logged: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
    const config = checkedConfig({
      databaseUrl: await between(database.url),
      dataDir,
      masterSecret: 'test-master-secret-0123456789-abcdefghij',
      jwtSecret: JWT_SECRET,
      auditSigningKey: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
      deliveryUrl: `${origin}/cdn`,
      ...settings,
    });
    const assembly = await assemble(config, log);
    const product = mount(Promise.resolve(assembly), log);
    await product.ready;
    app.use(product.router);
    app.get('/api/theirs', (_request, response) => void response.send('a route of the app around it'));
    app.use('/api', unanswered(log));
    return new TestServer(origin, assembly, database, dataDir, logged, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await product.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** A bearer token of this person. */
  tokenOf({ id, name = id, roles = [], tenantId = 'default' }: TestPerson): string {
    return issueToken({ id, name, tenantId, roles }, JWT_SECRET);
  }

  /** Calls the API; a body that is not a string or bytes is sent as JSON. */
  async call(
    method: string,
    path: string,
    options: { as?: TestPerson; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { as, body, headers = {} } = options;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.origin + path, {
      // Fetch puts no other method but the oldest into upper case.
      method: method.toUpperCase(),
      headers: {
        ...(as ? { authorization: `Bearer ${this.tokenOf(as)}` } : {}),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const undeclared = await undeclaredProblem(method, path, response);
    if (undeclared !== undefined) this.undeclared.push(undeclared);
    return response;
  }

  /** Makes this person an owner. */
  async ownerOf({
    id,
    name = id,
    tenantId = 'default',
  }: TestPerson): Promise<{ id: string; handle: string }> {
    return { id, handle: await this.assembly.intake.handleOf({ tenantId, id, name }) };
  }

  /** Stores a picture as one of this person's. */
  async addPhoto(path: string, owner: TestPerson, bytes: Uint8Array = onePixelPng): Promise<void> {
    await this.assembly.intake.add({
      tenantId: owner.tenantId ?? 'default',
      owner: await this.ownerOf(owner),
      actor: owner.id,
      kind: 'teamPhoto',
      path,
      displayName: path.split('/').at(-1) ?? path,
      contentType: 'image/png',
      body: Readable.from([Buffer.from(bytes)]),
    });
  }

  /** Erases somebody, and waits until it is done: on a busy machine the first answer comes before. */
  async erase(ownerId: string): Promise<Record<string, unknown>> {
    const answer = await this.call('POST', `/api/owners/${ownerId}/erase`, {
      as: admin,
      body: { confirm: ownerId },
    });
    let erasure = (await answer.json()) as Record<string, unknown>;
    while (erasure['status'] === 'under-way') {
      await sleep(50);
      const asked = await this.call('GET', `/api/erasures/${String(erasure['id'])}`, { as: admin });
      erasure = (await asked.json()) as Record<string, unknown>;
    }
    return erasure;
  }

  /** Signs and returns the URL. */
  async sign(path: string, as: TestPerson = ada, expiryMinutes?: number): Promise<string> {
    const response = await this.call('POST', '/api/resources/sign', {
      as,
      body: { path, reason: 'test', ...(expiryMinutes ? { expiryMinutes } : {}) },
    });
    const answer = (await response.json()) as { url?: string; code?: string };
    if (!answer.url) throw new Error(`not signed: ${response.status} ${answer.code}`);
    return answer.url;
  }

  /** Rows of the audit, oldest first, once everything that was answered is in. */
  async auditRows(event: string): Promise<Record<string, unknown>[]> {
    await this.#shipped();
    const { rows } = await this.database.pool.query<Record<string, unknown>>(
      'SELECT * FROM resource_access_logs WHERE event = $1 ORDER BY accessed_at, batch_no, row_no',
      [event],
    );
    return rows;
  }

  /** Deliveries wait in the spool until they are shipped. */
  async #shipped(): Promise<void> {
    const waiting = async (): Promise<boolean> => {
      const names = await readdir(join(this.dataDir, 'spool'), { recursive: true });
      return names.some((name) => name.endsWith('.ndjson'));
    };
    while (await waiting()) await sleep(20);
  }
}
