import pg from 'pg';
import type { Logger } from 'pino';
import { openDatabase, transaction, type Connection, type Database, type DatabaseRole } from './database.ts';

declare const scope: unique symbol;

/** A connection inside a transaction that sees the rows of one tenant and no others. Only {@link forTenant} makes one. */
export type TenantConnection = Connection & { readonly [scope]: 'one tenant' };

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
      begin: this.#begin('BEGIN', tenantId),
    });
  }

  /** One read-only transaction for one tenant; see {@link readForTenant}. */
  async read<T>(tenantId: string, work: (connection: TenantConnection) => Promise<T>): Promise<T> {
    const begin = this.#begin('BEGIN READ ONLY', tenantId);
    const connection = await this.#pool.connect();
    try {
      await connection.query(begin);
      return await work(connection as TenantConnection);
    } finally {
      // Nothing was written, so nobody waits for the end; a connection on which it fails is not used again.
      connection.query('ROLLBACK').then(
        () => connection.release(),
        (failure: Error) => connection.release(failure),
      );
    }
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
  #begin(begin: string, tenantId: string): string {
    if (tenantId === '' || tenantId.includes('\0')) throw new TypeError('this is not the name of a tenant');
    return `${begin}; SET LOCAL ROLE app; SET LOCAL countersign.tenant = ${pg.escapeLiteral(tenantId)}`;
  }
}

/**
 * @param url `postgres://user:password@host:port/name`; its user must be a member of the role `app`
 * @param pooled the address is that of a pooler, which takes no role at the start of a connection
 */
export function openTenantDatabase(
  url: string,
  log: Logger,
  { pooled = false, max = 10 }: { pooled?: boolean; max?: number } = {},
): TenantDatabase {
  return new TenantDatabase(openDatabase(url, log, { max, ...(pooled ? {} : { role: 'app' }) }));
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

/** The same for reading only. The answer waits for one round trip beside those of `work`. */
export function readForTenant<T>(
  db: TenantDatabase,
  tenantId: string,
  work: (connection: TenantConnection) => Promise<T>,
): Promise<T> {
  return db.read(tenantId, work);
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
