import pg from 'pg';
import type { Logger } from 'pino';

export type Database = pg.Pool;
export type Connection = pg.PoolClient;

// bigint columns here are epochs, sizes and counts, all far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const QUERY_TIMEOUT_MS = 15_000;

/** What a connection may do: the roles of `migrations/0003_roles.sql`. */
export type DatabaseRole = 'app' | 'holder' | 'audit_writer' | 'auditor' | 'eraser';

/**
 * @param url `postgres://user:password@host:port/name`
 * @param options.role what its connections act as from their first moment on, without compiling statements; its user must
 *   be a member. Default: as the user
 * @param options.seesAllOrFails a statement that row level security would hide rows from fails instead: for an owner
 *   who must miss none
 * @returns a pool; connections are made when first needed
 */
export function openDatabase(
  url: string,
  log: Logger,
  { max = 10, role, seesAllOrFails }: { max?: number; role?: DatabaseRole; seesAllOrFails?: boolean } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: startingWith(url, [
      // A statement of a server takes a millisecond, and compiling it a third of a second: longer than a short lease may
      // wait. What PostgreSQL expects of a table without statistics is enough to make it do that.
      ...(role ? [`role=${role}`, 'jit=off'] : []),
      ...(seesAllOrFails ? ['row_security=off'] : []),
    ]),
    max,
    connectionTimeoutMillis: 2_000,
    // A connection whose other end has vanished without a word must not hold a request for ever.
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'countersign',
  });
  // The error carries the whole client, its cancel key included: only its words may be logged.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'an idle database connection was lost'));
  // A connection that is lost while somebody holds it tells the one who waits for its answer; unlistened, the same
  // event would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/**
 * As an option of the connection's start a setting costs no round trip, and RESET leads back to it. A pooler that does
 * not know the option refuses it.
 */
function startingWith(url: string, settings: readonly string[]): string {
  if (settings.length === 0) return url;
  const address = new URL(url);
  const own = address.searchParams.get('options') ?? '';
  address.searchParams.set('options', [own, ...settings.map((setting) => `-c ${setting}`)].join(' ').trim());
  return address.href;
}

/** COMMIT was sent and not answered: the transaction may be in, or not. */
export class CommitUnanswered extends Error {
  constructor(cause: unknown) {
    super('the database did not answer the commit', { cause });
    this.name = 'CommitUnanswered';
  }
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws.
 *
 * @param options.begin what starts it, in one message
 * @throws CommitUnanswered when nobody knows whether it is committed; else what `work` or the database threw
 */
export async function transaction<T>(
  db: Database,
  work: (connection: Connection) => Promise<T>,
  { begin = 'BEGIN' }: { begin?: string } = {},
): Promise<T> {
  const connection = await db.connect();
  let broken: Error | undefined;
  try {
    await connection.query(begin);
    const result = await work(connection);
    await connection.query('COMMIT').catch((failure: unknown) => {
      throw failure instanceof pg.DatabaseError && failure.severity === 'ERROR'
        ? failure
        : new CommitUnanswered(failure);
    });
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    connection.release(broken);
  }
}
