import { hostname } from 'node:os';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PartitionProxy } from '../../server/src/testing/partition-proxy.ts';
import { ServerProcess, startServer } from './server-process.ts';

/** Where a gateway's database is. */
export interface GatewayDatabase {
  /** The database itself. */
  direct: string;
  /** A pooler in front of it, for the work of tenants. */
  pooler?: string | undefined;
}

/** What a gateway is started with. */
export interface GatewayOptions {
  name: string;
  dataDir: string;
  /** Shared by all gateways. */
  files: string;
  database: GatewayDatabase;
  variables: Readonly<Record<string, string>>;
}

/** One server process that signs and delivers, with a network of its own between it and the database. */
export class Gateway {
  readonly name: string;
  readonly #options: GatewayOptions;
  readonly #proxies: readonly PartitionProxy[];
  #process: ServerProcess;

  private constructor(options: GatewayOptions, proxies: readonly PartitionProxy[], process: ServerProcess) {
    this.name = options.name;
    this.#options = options;
    this.#proxies = proxies;
    this.#process = process;
  }

  static async start(options: GatewayOptions): Promise<Gateway> {
    const { dataDir, files, database } = options;
    await mkdir(dataDir);
    await symlink(files, join(dataDir, 'files'));
    const proxies = [await PartitionProxy.start(database.direct)];
    if (database.pooler) proxies.push(await PartitionProxy.start(database.pooler));
    return new Gateway(options, proxies, await launched(options, proxies));
  }

  get origin(): string {
    return this.#process.origin;
  }

  /** Process id. */
  /** As receipts name it. */
  get holderId(): string {
    return `${hostname()}:${this.pid}`;
  }

  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  get output(): string {
    return this.#process.output;
  }

  pause(): void {
    this.#process.child.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.child.kill('SIGCONT');
  }

  /** Does the same to each connection between it and the database. */
  network(change: (proxy: PartitionProxy) => void): void {
    this.#proxies.forEach(change);
  }

  /** Ends it without a word. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** On another port, with the folder it had. */
  async startAgain(): Promise<void> {
    this.#process = await launched(this.#options, this.#proxies);
  }

  /** Ends it whatever state it is in. */
  async stop(): Promise<void> {
    this.resume();
    this.network((proxy) => proxy.heal());
    const { exitCode, signalCode } = this.#process.child;
    if (exitCode === null && signalCode === null) await this.#process.kill();
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }
}

function launched(
  { dataDir, database, variables }: GatewayOptions,
  [direct, pooler]: readonly PartitionProxy[],
): Promise<ServerProcess> {
  return startServer(dataDir, [], {
    ...variables,
    DATABASE_URL: (pooler ?? direct)!.url,
    ...(pooler ? { DATABASE_DIRECT_URL: direct!.url } : {}),
    // Migrations and partitions are no part of what is tried.
    DATABASE_MIGRATION_URL: database.direct,
  });
}
