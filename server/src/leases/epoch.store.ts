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

/** What a lease renewal reads: the lease's length, the newest epoch, and what happened after `cursor`. */
export interface EpochReading {
  epoch: number;
  leaseMs: number;
  changes: NumberedChange[];
}

/** One SELECT, so that the epoch and the entries come from one snapshot. Read from the primary only. */
export async function readEpoch(db: Connection, cursor: number): Promise<EpochReading> {
  const { rows } = await db.query<{
    epoch: number;
    lease_ms: number;
    n: number | null;
    tenant_id: string;
    change: NumberedChange['change'];
    owner_id: string | null;
    kids: string[];
    paths: string[];
    signature_ids: string[];
    prefixes: string[];
  }>(
    `SELECT e.n AS epoch, e.lease_ms, l.n, l.tenant_id, l.change, l.owner_id, l.kids, l.paths,
            l.signature_ids, l.prefixes
       FROM epoch e LEFT JOIN epoch_log l ON l.n > $1 ORDER BY l.n`,
    [cursor],
  );
  const first = rows[0];
  if (!first) throw new Error('the epoch row is missing: run the migrations');
  const changes = rows.flatMap((row) =>
    row.n === null
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
  return { epoch: first.epoch, leaseMs: first.lease_ms, changes };
}

/** The newest epoch, for somebody who starts with an empty cache and needs no history. */
export async function currentEpoch(db: Database): Promise<number> {
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
