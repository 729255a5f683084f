import type { Connection, Database } from '../platform/database.ts';

/**
 * Reads the log in one snapshot: every statement of `work` sees the same rows, whatever is written meanwhile. Compiling
 * a statement costs more than these statements save by it, so that is off.
 *
 * @param statementMs how long one statement may take in the database, milliseconds
 * @throws what `work` threw; SQLSTATE 57014 when a statement took too long
 */
export async function inSnapshot<T>(
  database: Database,
  statementMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect();
  let broken: Error | undefined;
  try {
    await beginSnapshot(connection, statementMs);
    return await work(connection);
  } finally {
    await endSnapshot(connection).catch((failure: Error) => (broken = failure));
    connection.release(broken);
  }
}

/** For who reads over a longer time; ends with `endSnapshot`. */
export async function beginSnapshot(connection: Connection, statementMs: number): Promise<void> {
  await connection.query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(statementMs)}; SET LOCAL jit = off`,
  );
}

/** Nothing was written, so nothing is lost by rolling back. */
export async function endSnapshot(connection: Connection): Promise<void> {
  await connection.query('ROLLBACK');
}
