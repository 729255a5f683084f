import pg from 'pg';
import type { Logger } from 'pino';

export type Database = pg.Pool;
export type Connection = pg.PoolClient;

// bigint columns here are epochs, sizes and counts, all far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * @param url `postgres://user:password@host:port/name`
 * @returns a pool; connections are made when first needed
 */
export function openDatabase(url: string, log: Logger, max = 10): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    application_name: 'countersign',
  });
  // The error carries the whole client, its cancel key included: only its words may be logged.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'an idle database connection was lost'));
  return pool;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function transaction<T>(db: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await db.connect();
  let broken: Error | undefined;
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    connection.release(broken);
  }
}
