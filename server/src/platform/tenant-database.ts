import pg from 'pg';
import type { Logger } from 'pino';
import { cancelBackend } from './session.store.ts';
import { openDatabase, transaction, type Connection, type Database, type DatabaseRole } from './database.ts';

/**
 * How long a transaction that may hold locks may say nothing, milliseconds: a server that stops or is cut off in the middle
 * would else keep the others from what it has locked until TCP gives up, which takes hours.
 */
const SILENT_MS = 5000;

declare const scope: unique symbol;

/** A connection inside a transaction that sees the rows of one tenant and no others. Only a TenantDatabase makes one. */
export type TenantConnection = Connection & { readonly [scope]: 'one tenant' };

/** A transaction that reads, as {@link TenantDatabase.reading} begins it. */
export interface TenantReading {
  connection: TenantConnection;
  /**
   * Gives the connection back; returns at once.
   *
   * @param broken why nobody may use the connection again; it is closed then
   */
  end(broken?: Error): void;
}

/**
 * Connections that do nothing outside a tenant: there is no way to query them but {@link forTenant} and
 * {@link readForTenant}, so a store that takes a TenantDatabase or a TenantConnection cannot forget the tenant.
 */
export class TenantDatabase {
  readonly #pool: Database;

  /** @param pool of a user who is a member of the role `app` */
  constructor(pool: Database) {
    this.#pool = pool;
  }

  /** One transaction for one tenant; see {@link forTenant}. */
  async transaction<T>(tenantId: string, work: (connection: TenantConnection) => Promise<T>): Promise<T> {
    return transaction(this.#pool, (connection) => work(connection as TenantConnection), {
      begin: this.#begin('BEGIN', tenantId, { idle_in_transaction_session_timeout: SILENT_MS }),
    });
  }

  /**
   * One read-only transaction of one tenant, for who reads over a longer time. The caller ends it.
   *
   * @param settings of PostgreSQL for this transaction, e.g. `{ statement_timeout: 5000 }`
   */
  async reading(
    tenantId: string,
    settings: Readonly<Record<string, string | number>> = {},
  ): Promise<TenantReading> {
    const begin = this.#begin('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', tenantId, settings);
    const connection = await this.#pool.connect();
    // Nothing was written, so nobody waits for the end; a connection on which it fails is not used again.
    const end = (broken?: Error): void =>
      void connection.query('ROLLBACK').then(
        () => connection.release(broken),
        (failure: Error) => connection.release(failure),
      );
    try {
      await connection.query(begin);
      return { connection: connection as TenantConnection, end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /**
   * Ends what a connection of these is doing now.
   *
   * @param backend its `pg_backend_pid()`
   */
  async cancel(backend: number): Promise<void> {
    // Only the login itself may do that, and none of its roles.
    await transaction(this.#pool, (connection) => cancelBackend(connection, backend), {
      begin: 'BEGIN READ ONLY; SET LOCAL ROLE NONE',
    });
  }

  /** Closes the connections once they are given back. */
  end(): Promise<void> {
    return this.#pool.end();
  }

  /**
   * One message, so one round trip. SET LOCAL ends with the transaction, so a pooler that gives the connection to
   * somebody else after it passes on neither role nor tenant. The role is set although connections may start with it:
   * through a pooler they cannot.
   */
  #begin(begin: string, tenantId: string, settings: Readonly<Record<string, string | number>> = {}): string {
    if (tenantId === '' || tenantId.includes('\0')) throw new TypeError('this is not the name of a tenant');
    const local = Object.entries({ ...settings, 'countersign.tenant': tenantId }).map(
      ([name, value]) => `; SET LOCAL ${name} = ${pg.escapeLiteral(String(value))}`,
    );
    return `${begin}; SET LOCAL ROLE app${local.join('')}`;
  }
}

/**
 * @param url `postgres://user:password@host:port/name`; its user must be a member of the role `app`
 * @param pooled the address is that of a pooler: it takes no role at the start of a connection, and what is prepared on
 *   one may be asked of another
 */
export function openTenantDatabase(
  url: string,
  log: Logger,
  { pooled = false, max = 10 }: { pooled?: boolean; max?: number } = {},
): TenantDatabase {
  const pool = openDatabase(url, log, { max, ...(pooled ? {} : { role: 'app' }) });
  if (pooled) pool.on('connect', forgetNames);
  return new TenantDatabase(pool);
}

/** A prepared statement stays with the database's connection, which the pooler gives to somebody else meanwhile. */
function forgetNames(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const unnamed = (asked: unknown, ...rest: unknown[]): unknown =>
    query(
      typeof asked === 'object' && asked !== null && 'name' in asked ? { ...asked, name: undefined } : asked,
      ...rest,
    );
  Object.assign(client, { query: unnamed });
}

/**
 * Runs `work` in one transaction that sees and makes rows of this tenant alone: committed when it returns, rolled back
 * when it throws. It costs two round trips beside those of `work`.
 *
 * @throws CommitUnanswered when nobody knows whether it is committed; else what `work` or the database threw
 */
export function forTenant<T>(
  db: TenantDatabase,
  tenantId: string,
  work: (connection: TenantConnection) => Promise<T>,
): Promise<T> {
  return db.transaction(tenantId, work);
}

/**
 * The same for reading only, and in one snapshot: every statement of `work` sees the same rows. The answer waits for one
 * round trip beside those of `work`.
 *
 * @param settings of PostgreSQL for this transaction, e.g. `{ statement_timeout: 5000 }`
 */
export async function readForTenant<T>(
  db: TenantDatabase,
  tenantId: string,
  work: (connection: TenantConnection) => Promise<T>,
  settings?: Readonly<Record<string, string | number>>,
): Promise<T> {
  const { connection, end } = await db.reading(tenantId, settings);
  try {
    return await work(connection);
  } finally {
    end();
  }
}

/**
 * Runs `work` in the same transaction and tenant with the rights of another role, e.g. `eraser`.
 *
 * @throws what `work` or the database threw; the caller must not go on with the transaction then
 */
export async function actingAs<T>(
  connection: TenantConnection,
  role: DatabaseRole,
  work: () => Promise<T>,
): Promise<T> {
  await connection.query(`SET LOCAL ROLE ${role}`);
  const result = await work();
  await connection.query('SET LOCAL ROLE app');
  return result;
}
