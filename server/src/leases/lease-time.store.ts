import type { Connection, Database } from '../platform/database.ts';

/** L, as the deployment has it. */
export interface LeaseTime {
  /** L, milliseconds, 1000 to 60000. */
  leaseMs: number;
  /** What receipts wait for, milliseconds: more than L while somebody may serve under an earlier, longer one. */
  longestLeaseMs: number;
  /** The newest epoch. */
  epoch: number;
}

const COLUMNS = 'lease_ms AS "leaseMs", longest_lease_ms AS "longestLeaseMs", n AS epoch';

/** @returns the lease time of this database */
export async function leaseTime(db: Database | Connection): Promise<LeaseTime> {
  const { rows } = await db.query<LeaseTime>(`SELECT ${COLUMNS} FROM epoch`);
  return theOnly(rows);
}

/**
 * Changes L for every holder, with its next renewal. A lowered one advances the epoch and counts for receipts once that
 * is settled (`Receipts.settleLease`).
 *
 * @param connection acts as the owner of the tables: no role of a server may do this
 * @param milliseconds whole, 1000 to 60000
 */
export async function setLeaseTime(connection: Connection, milliseconds: number): Promise<LeaseTime> {
  const { rows } = await connection.query<LeaseTime>(`UPDATE epoch SET lease_ms = $1 RETURNING ${COLUMNS}`, [
    milliseconds,
  ]);
  return theOnly(rows);
}

function theOnly(rows: LeaseTime[]): LeaseTime {
  const [row] = rows;
  if (!row) throw new Error('the epoch row is missing: run the migrations');
  return row;
}
