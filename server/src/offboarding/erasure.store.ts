import { READING_EVENTS } from '../audit/reading-events.ts';
import type { Connection, Database } from '../platform/database.ts';
import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import type { ErasureFacts, ErasureRow, ErasureStep } from './erasure.ts';

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const COLUMNS = `erasure_id AS id, tenant_id AS "tenantId", owner_id AS "ownerId", actor, step, times, facts, probes,
  path_salt AS "pathSalt", epochs, resource_rows AS "resourceRows", audit_rows AS "auditRows", failure,
  ordered_at AS "orderedAt", done_at AS "doneAt", certificate`;

/** Somebody else does it now, since this worker was silent for too long. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Who does which erasure; every write of a step names both. */
export interface Claim {
  erasureId: string;
  worker: string;
}

/** A new erasure. */
export interface NewErasure {
  id: string;
  tenantId: string;
  ownerId: string;
  ownerTag: Buffer;
  actor: string;
  pathSalt: Buffer;
}

/** @returns false when one of this person is under way already */
export async function insertErasure(connection: TenantConnection, erasure: NewErasure): Promise<boolean> {
  const { id, tenantId, ownerId, ownerTag, actor, pathSalt } = erasure;
  const { rowCount } = await connection.query(
    `INSERT INTO erasures (erasure_id, tenant_id, owner_id, owner_tag, actor, path_salt)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, owner_id) WHERE owner_id IS NOT NULL DO NOTHING`,
    [id, tenantId, ownerId, ownerTag, actor, pathSalt],
  );
  return rowCount === 1;
}

/** @returns the erasure of this id in the tenant */
export async function findErasure(
  db: TenantDatabase,
  tenantId: string,
  id: string,
): Promise<ErasureRow | undefined> {
  const { rows } = await readForTenant(db, tenantId, (connection) =>
    connection.query<ErasureRow>(`SELECT ${COLUMNS} FROM erasures WHERE tenant_id = $1 AND erasure_id = $2`, [
      tenantId,
      id,
    ]),
  );
  return rows[0];
}

/** @returns the id of the erasure of this person that is under way, else of the last one that was done */
export async function findErasureOf(
  connection: TenantConnection,
  { tenantId, ownerId, ownerTag }: { tenantId: string; ownerId: string; ownerTag: Buffer },
): Promise<{ id: string; isDone: boolean } | undefined> {
  const { rows } = await connection.query<{ id: string; isDone: boolean }>(
    `SELECT erasure_id AS id, step = 'done' AS "isDone" FROM erasures
      WHERE tenant_id = $1 AND (owner_id = $2 OR owner_tag = $3) ORDER BY step = 'done', done_at DESC LIMIT 1`,
    [tenantId, ownerId, ownerTag],
  );
  return rows[0];
}

/** @param db acts as `holder` @returns what nobody works at */
export async function findUnfinished(db: Database): Promise<{ id: string; tenantId: string }[]> {
  const { rows } = await db.query<{ id: string; tenantId: string }>(
    `SELECT erasure_id AS id, tenant_id AS "tenantId" FROM erasures
      WHERE step <> 'done' AND (claimed_until IS NULL OR claimed_until < now())`,
  );
  return rows;
}

/** @returns whether the erasure is this worker's for so long; false: it is somebody else's, or done */
export async function claim(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  milliseconds: number,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `UPDATE erasures SET worker = $2, claimed_until = now() + $3 * INTERVAL '1 millisecond'
      WHERE erasure_id = $1 AND step <> 'done'
        AND (worker = $2 OR worker IS NULL OR claimed_until < now())`,
    [erasureId, worker, milliseconds],
  );
  return rowCount === 1;
}

/** Others may go on with it at once. @param failure why it ended, in words that name nobody */
export async function giveBack(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  failure: string | null,
): Promise<void> {
  await connection.query(
    `UPDATE erasures SET worker = NULL, claimed_until = NULL, failure = $3
      WHERE erasure_id = $1 AND worker = $2 AND step <> 'done'`,
    [erasureId, worker, failure],
  );
}

/** What a step leaves behind. */
export interface StepEnd {
  from: ErasureStep;
  to: ErasureStep;
  facts?: ErasureFacts;
  /** Encrypted; absent: they stay. */
  probes?: Buffer;
}

/** Notes something in the middle of a step. @throws ClaimLost */
export async function noteFacts(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  facts: ErasureFacts,
): Promise<void> {
  const { rowCount } = await connection.query(
    'UPDATE erasures SET facts = facts || $3 WHERE erasure_id = $1 AND worker = $2',
    [erasureId, worker, JSON.stringify(facts)],
  );
  if (rowCount !== 1) throw new ClaimLost();
}

/** Ends a step. @throws ClaimLost */
export async function endStep(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  { from, to, facts = {}, probes }: StepEnd,
): Promise<void> {
  const { rowCount } = await connection.query(
    `UPDATE erasures SET step = $4, facts = facts || $5, probes = coalesce($6, probes),
       times = times || jsonb_build_object($3::text, to_char(clock_timestamp() AT TIME ZONE 'UTC', ${ISO}))
      WHERE erasure_id = $1 AND worker = $2 AND step = $3`,
    [erasureId, worker, from, to, JSON.stringify(facts), probes ?? null],
  );
  if (rowCount !== 1) throw new ClaimLost();
}

/** Counts rows that were emptied or removed, in the transaction that did it. @throws ClaimLost */
export async function count(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  { auditRows = 0, resourceRows = 0, epoch }: { auditRows?: number; resourceRows?: number; epoch?: number },
): Promise<void> {
  const { rowCount } = await connection.query(
    `UPDATE erasures SET audit_rows = audit_rows + $3, resource_rows = resource_rows + $4,
       epochs = CASE WHEN $5::bigint IS NULL THEN epochs ELSE epochs || $5::bigint END
      WHERE erasure_id = $1 AND worker = $2`,
    [erasureId, worker, auditRows, resourceRows, epoch ?? null],
  );
  if (rowCount !== 1) throw new ClaimLost();
}

/** @returns how many rows of the audit were emptied so far */
export async function countedRows(connection: TenantConnection, { erasureId }: Claim): Promise<number> {
  const { rows } = await connection.query<{ n: number }>(
    'SELECT audit_rows AS n FROM erasures WHERE erasure_id = $1',
    [erasureId],
  );
  return rows[0]?.n ?? 0;
}

/** The end: the row names nobody any more. @throws ClaimLost */
export async function finish(
  connection: TenantConnection,
  { erasureId, worker }: Claim,
  certificate: { text: string; at: string },
): Promise<void> {
  await connection.query('DELETE FROM erasure_items WHERE erasure_id = $1', [erasureId]);
  const { rowCount } = await connection.query(
    `UPDATE erasures SET step = 'done', certificate = $3, done_at = $4, owner_id = NULL, actor = NULL, probes = NULL,
       worker = NULL, claimed_until = NULL, failure = NULL, epochs = '{}'
      WHERE erasure_id = $1 AND worker = $2 AND step = 'certify'`,
    [erasureId, worker, certificate.text, certificate.at],
  );
  if (rowCount !== 1) throw new ClaimLost();
}

/**
 * @returns whether any row of the audit says that this person did something or owned something; that somebody searched
 *   for a name is none. Reads all of the audit when there is none.
 */
export async function isNamedInAudit(
  connection: Connection,
  { tenantId, ownerId }: { tenantId: string; ownerId: string },
): Promise<boolean> {
  const query = {
    text: `SELECT EXISTS (SELECT FROM resource_access_logs WHERE tenant_id = $1
        AND (actor = $2 OR (owner = $2 AND event <> ALL($3)))) AS named`,
    values: [tenantId, ownerId, READING_EVENTS],
    query_timeout: 300_000,
  };
  return (await connection.query<{ named: boolean }>(query)).rows[0]?.named ?? false;
}
