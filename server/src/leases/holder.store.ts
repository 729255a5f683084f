import type { Connection, Database } from '../platform/database.ts';

/** Somebody who serves under a lease. */
export interface Holder {
  incarnation: string;
  holderId: string;
}

/** Registers an incarnation durably, before its first lease read. */
export async function registerHolder(
  db: Database | Connection,
  holder: Holder,
  acknowledged: number,
): Promise<void> {
  await db.query(
    `INSERT INTO holders (incarnation, holder_id, kind, acknowledged) VALUES ($1, $2, 'gateway', $3)`,
    [holder.incarnation, holder.holderId, acknowledged],
  );
}

/**
 * Says durably that every check of this incarnation uses `epoch` from now on.
 *
 * @returns false when the incarnation was declared ended meanwhile: it must not serve before it registers anew
 */
export async function acknowledge(db: Connection, incarnation: string, epoch: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE holders SET acknowledged = GREATEST(acknowledged, $2) WHERE incarnation = $1 AND ended_at IS NULL',
    [incarnation, epoch],
  );
  return rowCount === 1;
}

/** The incarnation serves no more. */
export async function endHolder(db: Connection, incarnation: string): Promise<void> {
  await db.query('UPDATE holders SET ended_at = now() WHERE incarnation = $1 AND ended_at IS NULL', [
    incarnation,
  ]);
}

/**
 * Holders that have not ended, whether they have acknowledged `epoch` or not; of the edges those that serve the tenant
 * whose receipt it is, so that no tenant waits for, or learns of, the edges of others.
 */
export async function liveHolders(
  db: Database,
  epoch: number,
): Promise<(Holder & { acknowledged: boolean })[]> {
  const { rows } = await db.query<{ incarnation: string; holder_id: string; acknowledged: boolean }>(
    `SELECT incarnation, holder_id, acknowledged >= $1 AS acknowledged
       FROM holders
      WHERE ended_at IS NULL
        AND (tenants IS NULL OR tenants @> ARRAY(SELECT tenant_id FROM receipts WHERE epoch = $1))
      ORDER BY registered_at`,
    [epoch],
  );
  return rows.map((row) => ({
    incarnation: row.incarnation,
    holderId: row.holder_id,
    acknowledged: row.acknowledged,
  }));
}

/**
 * Removes incarnations that ended an hour ago or longer: an edge may begin as many as it likes. One of these that comes
 * back is told that it has ended, or begins anew with nothing in its cache.
 *
 * @param db acts as the owner of the tables
 * @returns how many went
 */
export async function forgetEndedHolders(db: Database): Promise<number> {
  for (let gone = 0; ;) {
    const { rowCount } = await db.query(
      `DELETE FROM holders WHERE incarnation IN (
         SELECT incarnation FROM holders WHERE ended_at < now() - INTERVAL '1 hour' LIMIT 10000)`,
    );
    gone += rowCount ?? 0;
    if (!rowCount) return gone;
  }
}

/**
 * Ends incarnations that a killed process left behind, once a receipt has outlived their leases. One that acknowledges
 * at this very moment is not ended: the row's lock orders the two, and whoever comes second sees what the first did.
 *
 * @param epoch of the receipt
 */
export async function endLapsedHolders(
  db: Database,
  incarnations: readonly string[],
  epoch: number,
): Promise<void> {
  await db.query(
    `UPDATE holders SET ended_at = now()
      WHERE incarnation = ANY($1) AND ended_at IS NULL AND acknowledged < $2`,
    [incarnations, epoch],
  );
}
