import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startLocalPostgres, type LocalPostgres } from '../platform/local-postgres.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { shortLog } from '../platform/testing/short-log.ts';

const PAGE = new URL('../../../docs/database.md', import.meta.url);
const NAME = 'countersign_shop';

/** The text of docs/database.md. */
export const databasePage = (): string => readFileSync(PAGE, 'utf8');

/**
 * A cluster of its own, because roles belong to the whole of one, with a database set up as docs/database.md says: its
 * owner is no superuser, and its server's login owns nothing.
 */
export class DocumentedDatabase {
  /** Connected to the cluster's own database. */
  readonly superuser: pg.Client;
  readonly #postgres: LocalPostgres;
  readonly #folder: string;

  private constructor(postgres: LocalPostgres, folder: string, superuser: pg.Client) {
    this.#postgres = postgres;
    this.#folder = folder;
    this.superuser = superuser;
  }

  static async start(): Promise<DocumentedDatabase> {
    const folder = await mkdtemp(join(scratchFolder(), 'countersign-setup-'));
    await chmod(folder, 0o711);
    const dir = join(folder, 'postgres');
    const postgres = await startLocalPostgres({ dir, log: shortLog(), fsync: false });
    const superuser = new pg.Client({ connectionString: postgres.url });
    await superuser.connect();
    return new DocumentedDatabase(postgres, folder, superuser);
  }

  async stop(): Promise<void> {
    await this.superuser.end();
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true });
  }

  /** Of the cluster itself. */
  get port(): number {
    return Number(new URL(this.#postgres.url).port);
  }

  get superuserName(): string {
    return new URL(this.#postgres.url).username;
  }

  /** Of the database as its superuser. */
  get superuserUrl(): string {
    const { username, password } = new URL(this.#postgres.url);
    return this.address(username, password);
  }

  get serverUrl(): string {
    return this.address('countersign_server', 'change-me-server');
  }

  get ownerUrl(): string {
    return this.address('countersign_owner', 'change-me-owner');
  }

  address(user: string, password: string, database = NAME): string {
    const url = new URL(this.#postgres.url);
    Object.assign(url, { username: user, password, pathname: database });
    return url.href;
  }

  /** The page's statements. The cluster has a database `countersign` already: the embedded mode's. */
  recipe(): string[] {
    const lines = /```sql\n(CREATE ROLE app [^`]*)```/.exec(databasePage())?.[1]?.split(';') ?? [];
    return lines
      .map((statement) => statement.trim().replace(/(DATABASE )countersign\b/, `$1${NAME}`))
      .filter(Boolean);
  }

  /** Runs statements as the superuser, of the cluster's own database. */
  async run(statements: readonly string[] = this.recipe()): Promise<void> {
    for (const statement of statements) await this.superuser.query(statement);
  }

  /** Leaves neither databases nor roles behind. */
  async clear(): Promise<void> {
    const { rows: databases } = await this.superuser.query<{ name: string }>(
      `SELECT quote_ident(datname) AS name FROM pg_database WHERE datname LIKE 'countersign\\_%'`,
    );
    for (const { name } of databases) await this.superuser.query(`DROP DATABASE ${name} WITH (FORCE)`);
    const { rows: roles } = await this.superuser.query<{ name: string }>(
      `SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid >= 16384`,
    );
    // What belongs to each other first, then who.
    for (const { name } of roles) await this.superuser.query(`DROP OWNED BY ${name} CASCADE`);
    for (const { name } of roles) await this.superuser.query(`DROP ROLE ${name}`);
  }
}

/** Runs `work` on a connection of its own. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
