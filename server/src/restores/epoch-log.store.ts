import type { NumberedChange } from '../leases/change.ts';
import type { Connection } from '../platform/database.ts';
import type { Mark } from './mark.ts';

const MICROS = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::float8`;

/** A change of the log, as it is to be kept elsewhere. */
export interface LoggedChange extends NumberedChange, Mark {
  /** Ids of edges that it revoked. */
  edges: string[];
}

/** What the database has after a change. */
export interface LogReading {
  /** Whether the change that was asked after is in this database. */
  isKnown: boolean;
  /** The newest change; its `at` is 0 before the first. */
  newest: Mark;
  /** The oldest changes after it, by number. */
  changes: LoggedChange[];
  /** The last change after it that is no longer in the log, and was before the first of `changes`. */
  compacted: Mark | undefined;
}

/**
 * @param connection acts as `holder`
 * @param most changes in the answer
 */
export async function readLogAfter(connection: Connection, after: Mark, most: number): Promise<LogReading> {
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const [known] = await knownMarks(connection, [after]);
    const newest = await connection.query<Mark>(
      `SELECT e.n AS epoch, coalesce((SELECT ${MICROS('r.created_at')} FROM receipts r WHERE r.epoch = e.n), 0) AS at
         FROM epoch e`,
    );
    const { rows: changes } = await connection.query<LoggedChange>(
      `SELECT l.n AS epoch, ${MICROS('coalesce(r.created_at, l.committed_at)')} AS at, l.tenant_id AS "tenantId", l.change,
              l.owner_id AS "ownerId", l.kids, l.paths, l.signature_ids AS "signatureIds", l.prefixes,
              CASE WHEN l.change = 'edge-revoked' AND r.subject IS NOT NULL THEN ARRAY[r.subject] ELSE '{}' END AS edges
         FROM epoch_log l LEFT JOIN receipts r ON r.epoch = l.n WHERE l.n > $1 ORDER BY l.n LIMIT $2`,
      [after.epoch, most],
    );
    const compacted = await connection.query<Mark>(
      `SELECT epoch, ${MICROS('created_at')} AS at FROM receipts
        WHERE epoch > $1 AND epoch < $2 ORDER BY epoch DESC LIMIT 1`,
      [after.epoch, changes[0]?.epoch ?? Number.MAX_SAFE_INTEGER],
    );
    return {
      isKnown: known !== undefined,
      newest: newest.rows[0] ?? { epoch: 0, at: 0 },
      changes,
      compacted: compacted.rows[0],
    };
  } finally {
    await connection.query('COMMIT');
  }
}

/** @returns those of the marks that are changes of this database, or were made again in it */
export async function knownMarks<M extends Mark>(connection: Connection, marks: readonly M[]): Promise<M[]> {
  const { rows } = await connection.query<{ i: number }>(
    `SELECT (m.i - 1)::int AS i FROM unnest($1::int8[], $2::float8[]) WITH ORDINALITY AS m(epoch, at, i)
      WHERE m.epoch = 0
         OR EXISTS (SELECT FROM receipts r WHERE r.epoch = m.epoch AND ${MICROS('r.created_at')} = m.at)
         OR EXISTS (SELECT FROM replayed_changes c WHERE c.epoch = m.epoch AND c.at = m.at)`,
    [marks.map(({ epoch }) => epoch), marks.map(({ at }) => at)],
  );
  return rows.flatMap(({ i }) => marks[i] ?? []);
}

/**
 * Of which deployment a database is, whichever copy of it: known by its first master secret.
 *
 * @param connection acts as `holder`
 * @returns undefined before the first server has started
 */
export async function deploymentOf(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.query<{ deployment: string | null }>(
    `SELECT left(encode(sha256('countersign1-deployment'::bytea || check_value), 'hex'), 32) AS deployment
       FROM master_versions WHERE version = 1`,
  );
  return rows[0]?.deployment ?? undefined;
}

/** Changes up to this one are in the checkpoints of a server or command, which others may rely on. */
export async function noteRecorded(connection: Connection, epoch: number): Promise<void> {
  await connection.query('UPDATE recorded_changes SET through = $1 WHERE through < $1', [epoch]);
}

/** @returns up to which change somebody has recorded all, in checkpoints out of the database's reach */
export async function recordedThrough(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ through: number }>('SELECT through FROM recorded_changes');
  return rows[0]?.through ?? 0;
}

/** Which database this is. */
export interface DatabaseIdentity {
  /** Of the cluster, for its lifetime; copies of it have the same. */
  system: string;
  /** Another one after each promotion; eight hexadecimal digits. */
  timeline: string | null;
}

/** @returns undefined when the database does not tell, as those of some providers */
export async function databaseIdentity(connection: Connection): Promise<DatabaseIdentity | undefined> {
  // What the control file says of the timeline is as old as its last checkpoint, so the write-ahead log is asked.
  const asked = connection.query<DatabaseIdentity>(
    `SELECT system_identifier::text AS system,
            CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline
       FROM pg_control_system()`,
  );
  return asked.then(
    ({ rows }) => rows[0],
    () => undefined,
  );
}
