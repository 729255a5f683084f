import type { Connection, Database } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import type { Departure } from './departure.ts';

/** What has taken effect for everybody is what has its receipt. */
const STATUS = `CASE WHEN status = 'effective' AND EXISTS (
    SELECT FROM receipts r WHERE r.tenant_id = departures.tenant_id AND r.epoch = departures.epoch AND r.status = 'pending')
  THEN 'taking-effect' ELSE departures.status END`;
const COLUMNS = `id, owner_id AS owner, effective_at AS at,
  CASE WHEN transfer_to IS NOT NULL THEN jsonb_build_object('to', transfer_to, 'prefix', transfer_prefix) END AS transfer,
  reason, requested_by AS "requestedBy", ${STATUS} AS status, transferred, not_transferred AS "notTransferred", memberships, epoch,
  created_at AS "createdAt", ended_at AS "endedAt"`;

/** A departure that is to be stored. */
export interface NewDeparture {
  id: string;
  tenantId: string;
  owner: string;
  /** Absent: this moment. */
  at: Date | undefined;
  transfer: { to: string; prefix?: string | undefined } | undefined;
  reason: string | undefined;
  requestedBy: string;
}

/** Stores it as scheduled. The caller holds the owner's lock. */
export async function insertDeparture(connection: TenantConnection, made: NewDeparture): Promise<Departure> {
  const { id, tenantId, owner, at, transfer, reason, requestedBy } = made;
  const { rows } = await connection.query<Departure>(
    `INSERT INTO departures (id, tenant_id, owner_id, effective_at, transfer_to, transfer_prefix, reason, requested_by)
     VALUES ($1, $2, $3, coalesce($4, date_trunc('milliseconds', now())), $5, $6, $7, $8) RETURNING ${COLUMNS}`,
    [
      ...[id, tenantId, owner, at ?? null, transfer?.to ?? null, transfer?.prefix ?? null],
      ...[reason ?? null, requestedBy],
    ],
  );
  const [stored] = rows;
  if (!stored) throw new Error('a departure that was just stored is not there');
  return stored;
}

/** @returns the one that this owner has before them */
export async function scheduledFor(
  connection: TenantConnection,
  tenantId: string,
  owner: string,
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `SELECT ${COLUMNS} FROM departures WHERE tenant_id = $1 AND owner_id = $2 AND status = 'scheduled'`,
    [tenantId, owner],
  );
  return rows[0];
}

/**
 * Its time has come. The caller holds the owner's lock.
 *
 * @returns undefined when it is not scheduled any more
 */
export async function bringForward(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `UPDATE departures SET effective_at = date_trunc('milliseconds', now())
      WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled' RETURNING ${COLUMNS}`,
    [tenantId, id],
  );
  return rows[0];
}

/** @param lock keeps others from changing it until the transaction ends */
export async function findDeparture(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `SELECT ${COLUMNS} FROM departures WHERE tenant_id = $1 AND id = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [tenantId, id],
  );
  return rows[0];
}

/** What of the departures of a tenant is asked for. */
export interface DepartureFilter {
  tenantId: string;
  status?: Departure['status'] | undefined;
  /** Those that come after it in the order of the list. */
  after?: { at: Date; id: string } | undefined;
  limit: number;
}

/** @returns by time, the earliest first */
export async function listDepartures(
  connection: TenantConnection,
  { tenantId, status, after, limit }: DepartureFilter,
): Promise<Departure[]> {
  const { rows } = await connection.query<Departure>(
    `SELECT ${COLUMNS} FROM departures
      WHERE tenant_id = $1 AND ($2::text IS NULL OR ${STATUS} = $2)
        AND ($3::timestamptz IS NULL OR (effective_at, id) > ($3, $4::text))
      ORDER BY effective_at, id LIMIT $5`,
    [tenantId, status ?? null, after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}

/**
 * The departure will not take place. The caller holds the owner's lock.
 *
 * @param isRevoked the owner is: of a departure whose time has come that is its effect
 * @returns undefined when it took effect
 */
export async function markUndone(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  isRevoked: boolean,
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `UPDATE departures SET status = 'undone', ended_at = now()
      WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled' AND (effective_at > now() OR NOT $3)
      RETURNING ${COLUMNS}`,
    [tenantId, id, isRevoked],
  );
  return rows[0];
}

/** What happened with the documents so far, also of a departure that was undone meanwhile. */
export async function countTransfers(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  { transferred, notTransferred }: { transferred: number; notTransferred: number },
): Promise<void> {
  await connection.query(
    `UPDATE departures SET transferred = transferred + $3, not_transferred = $4
      WHERE tenant_id = $1 AND id = $2 AND status <> 'effective'`,
    [tenantId, id, transferred, notTransferred],
  );
}

/** So many memberships more have ended. */
export async function countMemberships(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  ended: number,
): Promise<void> {
  await connection.query(
    'UPDATE departures SET memberships = memberships + $3 WHERE tenant_id = $1 AND id = $2',
    [tenantId, id, ended],
  );
}

/** The owner is revoked. Whoever comes second changes nothing. */
export async function markEffective(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  epoch: number,
): Promise<void> {
  await connection.query(
    `UPDATE departures SET status = 'effective', ended_at = now(), epoch = $3
      WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled'`,
    [tenantId, id, epoch],
  );
}

/**
 * @param db acts as `holder`
 * @returns departures of every tenant whose time has come and that no server is at, the longest due first
 */
export async function dueDepartures(
  db: Database | Connection,
  limit: number,
): Promise<{ id: string; tenantId: string }[]> {
  const { rows } = await db.query<{ id: string; tenantId: string }>(
    `SELECT id, tenant_id AS "tenantId" FROM departures
      WHERE status = 'scheduled' AND effective_at <= now() AND (claimed_until IS NULL OR claimed_until < now())
      ORDER BY effective_at LIMIT $1`,
    [limit],
  );
  return rows;
}

/** @returns the departure if its time has come and no other server is at it; it is the caller's for `seconds` then */
export async function claimDeparture(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  seconds: number,
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `UPDATE departures SET claimed_until = now() + make_interval(secs => $3)
      WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled' AND effective_at <= now()
        AND (claimed_until IS NULL OR claimed_until < now())
      RETURNING ${COLUMNS}`,
    [tenantId, id, seconds],
  );
  return rows[0];
}

/** @returns whether it still is to take place, and is the caller's for `seconds` more */
export async function keepClaim(
  connection: TenantConnection,
  tenantId: string,
  id: string,
  seconds: number,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE departures SET claimed_until = now() + make_interval(secs => $3)
      WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled'`,
    [tenantId, id, seconds],
  );
  return rowCount === 1;
}

/** Lets any server try again at once. */
export async function releaseClaim(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<void> {
  await connection.query('UPDATE departures SET claimed_until = NULL WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    id,
  ]);
}

/** @returns the last one of this owner that took effect */
export async function lastEffective(
  connection: TenantConnection,
  tenantId: string,
  owner: string,
): Promise<Departure | undefined> {
  const { rows } = await connection.query<Departure>(
    `SELECT ${COLUMNS} FROM departures
      WHERE tenant_id = $1 AND owner_id = $2 AND status = 'effective' ORDER BY epoch DESC, ended_at DESC LIMIT 1`,
    [tenantId, owner],
  );
  return rows[0];
}

/** An erased person's departures, and those that they asked for, name nobody. The owner's own id follows by itself. */
export async function forgetInDepartures(
  connection: TenantConnection,
  { tenantId, ownerId, newId }: { tenantId: string; ownerId: string; newId: string },
): Promise<void> {
  await connection.query(
    'UPDATE departures SET reason = NULL, transfer_prefix = NULL WHERE tenant_id = $1 AND owner_id = ANY($2)',
    [tenantId, [ownerId, newId]],
  );
  await connection.query(
    'UPDATE departures SET requested_by = $3 WHERE tenant_id = $1 AND requested_by = $2',
    [tenantId, ownerId, newId],
  );
}
