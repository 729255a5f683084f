import type { Connection, Database } from '../platform/database.ts';
import type { Change, NumberedChange } from './change.ts';

/** How long whoever holds the row lock may say nothing before the database rolls back and gives the lock away. */
const SILENT_MS = 1000;

/**
 * Advances the epoch and writes its log entry and, for a receipt, its pending row: the **last** statement before
 * COMMIT. The row lock on `epoch` makes commit order equal epoch order; a server that stops or is cut off before its
 * COMMIT must not keep everybody else from revoking for longer than a second.
 *
 * @returns the new epoch
 */
export async function advanceEpoch(connection: Connection, change: Change): Promise<number> {
  const { rows } = await connection.query<{ n: number }>(
    `WITH silent AS MATERIALIZED (SELECT set_config('idle_in_transaction_session_timeout', '${SILENT_MS}', true)),
          e AS (UPDATE epoch SET n = n + 1 FROM silent RETURNING n),
          logged AS (
            INSERT INTO epoch_log (n, tenant_id, change, owner_id, kids, paths, signature_ids, prefixes)
            SELECT n, $1, $2, $3, $4, $5, $6, $7 FROM e RETURNING n)
     INSERT INTO receipts (epoch, tenant_id, owner_id, change, subject) SELECT n, $1, $3, $2, $8 FROM logged RETURNING epoch AS n`,
    [
      change.tenantId,
      change.change,
      change.ownerId ?? null,
      change.kids ?? [],
      change.paths ?? [],
      change.signatureIds ?? [],
      change.prefixes ?? [],
      change.subject ?? null,
    ],
  );
  const epoch = rows[0]?.n;
  if (epoch === undefined) throw new Error('the epoch row is missing: run the migrations');
  return epoch;
}

/** What a lease renewal reads. */
export interface EpochReading {
  epoch: number;
  /**
   * Tells the change of this number from one of the same number in another history, as of a restored backup: its time,
   * microseconds; null when the number has no receipt.
   */
  mark?: number | null;
  /** The same of the change at the cursor. */
  cursorMark?: number | null;
  /** L, milliseconds. */
  leaseMs: number;
  /** The longest lease that somebody may still be serving under, milliseconds: more than L when L was lowered lately. */
  longestLeaseMs: number;
  /** After the cursor, oldest first; empty when `missed`. */
  changes: NumberedChange[];
  /** Some of the changes after the cursor are gone from the log, or they are too many to carry: forget everything. */
  missed: boolean;
}

/** @param epoch SQL of an epoch @returns SQL of its mark: receipts stay when the log is compacted */
const markOf = (epoch: string): string =>
  `(SELECT (extract(epoch FROM r.created_at) * 1000000)::float8 FROM receipts r WHERE r.epoch = ${epoch})`;

/** So that a renewal stays small, however long its holder was away. */
const MOST_CHANGES = 5_000;

/**
 * One SELECT, so that the epoch and the entries come from one snapshot. Read from the primary only.
 *
 * @param cursor newest epoch that was applied; Infinity for somebody who has nothing that a change could make wrong
 */
export async function readEpoch(
  db: Connection,
  cursor: number,
  most: number = MOST_CHANGES,
): Promise<EpochReading> {
  // Two things are for the planner, when tables have no statistics: LIMIT 1, since the epoch seems to have a thousand rows
  // then, which makes it compile the statement first, for a third of a second; and the upper bound, which no entry is
  // beyond, since a third of the log seems to be after the cursor then, and all of it is read and sorted.
  const { rows } = await db.query<{
    epoch: number;
    mark: number | null;
    cursor_mark: number | null;
    lease_ms: number;
    longest_lease_ms: number;
    compacted_to: number;
    n: number | null;
    tenant_id: string;
    change: NumberedChange['change'];
    owner_id: string | null;
    kids: string[];
    paths: string[];
    signature_ids: string[];
    prefixes: string[];
  }>(
    `SELECT e.n AS epoch, e.lease_ms, GREATEST(e.lease_ms, e.longest_lease_ms) AS longest_lease_ms,
            ${markOf('e.n')} AS mark, ${markOf('$1')} AS cursor_mark, e.compacted_to, l.n, l.tenant_id, l.change, l.owner_id, l.kids, l.paths, l.signature_ids, l.prefixes
       FROM (SELECT * FROM epoch LIMIT 1) e LEFT JOIN LATERAL (
         SELECT * FROM epoch_log WHERE n > $1 AND n <= e.n ORDER BY n LIMIT $2) l ON true ORDER BY l.n`,
    [Number.isFinite(cursor) ? cursor : Number.MAX_SAFE_INTEGER, most + 1],
  );
  const first = rows[0];
  if (!first) throw new Error('the epoch row is missing: run the migrations');
  const missed = rows.length > most || cursor < first.compacted_to;
  const changes = rows.flatMap((row) =>
    row.n === null || missed
      ? []
      : [
          {
            epoch: row.n,
            tenantId: row.tenant_id,
            change: row.change,
            ownerId: row.owner_id,
            kids: row.kids,
            paths: row.paths,
            signatureIds: row.signature_ids,
            prefixes: row.prefixes,
          },
        ],
  );
  return {
    epoch: first.epoch,
    mark: first.mark,
    cursorMark: first.cursor_mark,
    leaseMs: first.lease_ms,
    longestLeaseMs: first.longest_lease_ms,
    changes,
    missed,
  };
}

/** @returns the epoch at which L was lowered, while somebody may still serve under the longer one */
export async function longerLeaseUntil(db: Database): Promise<number | undefined> {
  const { rows } = await db.query<{ lease_epoch: number }>(
    'SELECT lease_epoch FROM epoch WHERE longest_lease_ms > lease_ms',
  );
  return rows[0]?.lease_epoch;
}

/** Nobody serves under the lease time from before `leaseEpoch` any more. */
export async function forgetLongerLease(db: Database, leaseEpoch: number): Promise<void> {
  await db.query(
    'UPDATE epoch SET longest_lease_ms = lease_ms WHERE lease_epoch = $1 AND longest_lease_ms > lease_ms',
    [leaseEpoch],
  );
}

/**
 * Takes old entries out of the log. First it says so, in a moment: whoever is behind that forgets everything. Then the
 * entries go, a few at a time.
 *
 * @param keep entries are kept when they are among the newest `entries` and younger than `days`
 * @returns how many went
 */
export async function compactLog(db: Database, keep: { entries: number; days: number }): Promise<number> {
  const { rows } = await db.query<{ until: number }>(
    `SELECT GREATEST(compacted_to, n - $1, (
              SELECT max(n) FROM epoch_log WHERE committed_at < now() - make_interval(days => $2))) AS until
       FROM epoch`,
    [keep.entries, keep.days],
  );
  const until = rows[0]?.until ?? 0;
  await db.query('UPDATE epoch SET compacted_to = $1 WHERE compacted_to < $1', [until]);
  for (let gone = 0; ;) {
    const { rowCount } = await db.query(
      'DELETE FROM epoch_log WHERE n IN (SELECT n FROM epoch_log WHERE n <= $1 ORDER BY n LIMIT 10000)',
      [until],
    );
    gone += rowCount ?? 0;
    if (!rowCount) return gone;
  }
}

/** The newest epoch, for somebody who starts with an empty cache and needs no history. */
export async function currentEpoch(db: Database | Connection): Promise<number> {
  const { rows } = await db.query<{ n: number }>('SELECT n FROM epoch');
  return rows[0]?.n ?? 0;
}

/** Changes that everybody has applied long ago name an erased owner by another id, and none of the paths of their own. */
export async function renameInChanges(
  connection: Connection,
  { tenantId, ownerId, newId }: { tenantId: string; ownerId: string; newId: string },
): Promise<void> {
  await connection.query(
    `UPDATE epoch_log SET owner_id = CASE WHEN owner_id = $2 THEN $3 ELSE owner_id END,
       paths = ARRAY(SELECT path FROM unnest(paths) AS path WHERE NOT starts_with(path, 'users/' || $2 || '/'))
     WHERE tenant_id = $1
       AND (owner_id = $2 OR EXISTS (SELECT FROM unnest(paths) AS path WHERE starts_with(path, 'users/' || $2 || '/')))`,
    [tenantId, ownerId, newId],
  );
}

/**
 * @param epochs of changes
 * @returns the paths of these changes, and of every change of what was the owner's, as far as the log goes back
 */
export async function pathsOfOwner(
  connection: Connection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
  epochs: readonly number[],
): Promise<string[]> {
  const { rows } = await connection.query<{ path: string }>(
    `SELECT DISTINCT unnest(paths) AS path FROM epoch_log WHERE tenant_id = $2 AND (n = ANY($1) OR owner_id = $3)`,
    [epochs, tenantId, ownerId],
  );
  return rows.map(({ path }) => path);
}

/**
 * Changes lose the paths of an erased owner: those in which they were removed, every other change of what was the owner's,
 * and the prefixes under which one of them lay. Whoever has not applied one of these changes forgets everything instead,
 * so it drops what was changed too. Acts as `eraser`, and is the last statement before COMMIT.
 *
 * @param epochs of the changes in which the owner's paths were removed
 */
export async function forgetPaths(
  connection: Connection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
  epochs: readonly number[],
): Promise<void> {
  await connection.query(
    `WITH named AS MATERIALIZED (
       SELECT DISTINCT unnest(paths) AS path FROM epoch_log
        WHERE tenant_id = $2 AND (n = ANY($1) OR owner_id = $3)),
     forgotten AS (
       UPDATE epoch_log l SET paths = '{}', prefixes = '{}'
        WHERE tenant_id = $2
          AND (n = ANY($1) OR owner_id = $3 AND paths <> '{}'
            OR EXISTS (SELECT FROM unnest(l.prefixes) AS prefix JOIN named ON starts_with(named.path, prefix)))
       RETURNING n),
     newest AS (SELECT max(n) AS n FROM forgotten)
     UPDATE epoch SET compacted_to = newest.n FROM newest WHERE compacted_to < newest.n`,
    [epochs, tenantId, ownerId],
  );
}
