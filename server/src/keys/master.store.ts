import type pg from 'pg';
import type { Connection, Database } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** One master secret as the database knows it. */
export interface MasterVersion {
  version: number;
  /** Null until the first server has started. */
  checkValue: Buffer | null;
  state: 'announced' | 'current' | 'retiring' | 'retired';
  /** Since when it makes no new keys. */
  supersededAt: Date | null;
}

const COLUMNS = `version, check_value AS "checkValue", state, superseded_at AS "supersededAt"`;

/** @returns every version, ascending */
export async function listMasters(db: Database | pg.ClientBase): Promise<MasterVersion[]> {
  const { rows } = await db.query<MasterVersion>(`SELECT ${COLUMNS} FROM master_versions ORDER BY version`);
  return rows;
}

/** Says what the secret of the very first keys is, unless that is known. @param db acts as `holder` */
export async function nameFirstMaster(db: Database, checkValue: Buffer): Promise<void> {
  await db.query('UPDATE master_versions SET check_value = $1 WHERE version = 1 AND check_value IS NULL', [
    checkValue,
  ]);
}

/** @returns whether any key is there, also a destroyed one. @param db acts as `holder` */
export async function hasKeys(db: Database): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>('SELECT EXISTS (SELECT FROM signature_keys) AS some');
  return rows[0]?.some ?? false;
}

/** Adds a version that servers have and nobody rotates to yet; of several at once with one number all but one go nowhere. */
export async function announceMaster(db: Database, checkValue: Buffer): Promise<void> {
  await db.query(
    `INSERT INTO master_versions (version, check_value, state)
     SELECT max(version) + 1, $1, 'announced' FROM master_versions ON CONFLICT DO NOTHING`,
    [checkValue],
  );
}

/** Notes which versions a server has the secrets of, and forgets servers that ended long ago. @param db acts as `holder` */
export async function noteSecretsHeld(
  db: Database,
  holderId: string,
  versions: readonly number[],
): Promise<void> {
  await db.query(
    `INSERT INTO master_secrets_held (holder_id, versions) VALUES ($1, $2)
     ON CONFLICT (holder_id) DO UPDATE SET versions = $2, noted_at = now()`,
    [holderId, versions],
  );
  await db.query(
    `DELETE FROM master_secrets_held m WHERE noted_at < now() - interval '30 days'
        AND NOT EXISTS (SELECT FROM holders h WHERE h.holder_id = m.holder_id AND h.ended_at IS NULL)`,
  );
}

/** A server that runs, as far as the database knows. */
export interface ServerSecrets {
  holderId: string;
  /** Versions whose secret it has; null: it is older than master versions. */
  versions: number[] | null;
}

/** @param db acts as `holder` */
export async function listServerSecrets(db: Database | pg.ClientBase): Promise<ServerSecrets[]> {
  const { rows } = await db.query<ServerSecrets>(
    `SELECT DISTINCT ON (h.holder_id) h.holder_id AS "holderId", m.versions
       FROM holders h LEFT JOIN master_secrets_held m USING (holder_id)
      WHERE h.ended_at IS NULL AND h.kind = 'gateway' ORDER BY h.holder_id`,
  );
  return rows;
}

/** How many keys of a version can still be derived. */
export interface KeysOfMaster {
  version: number;
  active: number;
  retiring: number;
  /** When the last of those that are retiring was retired. */
  lastRetiredAt: Date | null;
}

/** @param db acts as `holder` */
export async function countKeysByMaster(db: Database | pg.ClientBase): Promise<KeysOfMaster[]> {
  const { rows } = await db.query<KeysOfMaster>(
    `SELECT master_version AS version, count(*) FILTER (WHERE state = 'active')::int AS active,
            count(*) FILTER (WHERE state = 'retiring')::int AS retiring, max(retired_at) AS "lastRetiredAt"
       FROM signature_keys WHERE salt IS NOT NULL GROUP BY master_version ORDER BY master_version`,
  );
  return rows;
}

/** Any number that no other advisory lock of this database uses. */
const MASTER_LOCK = 6_021_774;

/**
 * Until the end of the transaction, the current master version stays the current one. Called before the statement that
 * adds a key: a statement sees what was there when it began.
 */
export async function holdMaster(connection: TenantConnection): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock_shared($1)', [MASTER_LOCK]);
}

/**
 * Makes `version` the current one, once every transaction has ended that has added a key: none is left then that would
 * show a key of the version before only later.
 *
 * @param connection of the owner of the tables, inside a transaction
 * @returns whether it was: not, when somebody else has just made it or another one current
 */
export async function makeCurrent(
  connection: Connection,
  { version, from }: { version: number; from: number },
): Promise<boolean> {
  await connection.query('SELECT pg_advisory_xact_lock($1)', [MASTER_LOCK]);
  const superseded = await connection.query(
    `UPDATE master_versions SET state = 'retiring', superseded_at = clock_timestamp()
      WHERE version = $1 AND state = 'current'`,
    [from],
  );
  if (superseded.rowCount !== 1) return false;
  const { rowCount } = await connection.query(
    `UPDATE master_versions SET state = 'current' WHERE version = $1 AND state = 'announced'`,
    [version],
  );
  if (rowCount !== 1) throw new Error(`master version ${version} is not announced any more`);
  return true;
}

/**
 * Retires versions of which no key is left, some minutes after they made their last one: a transaction that began before
 * may have made one more.
 *
 * @param holder acts as `holder`, who sees the keys of every tenant
 * @param owner of the tables
 * @returns the versions
 */
export async function retireEmptyMasters(holder: Database, owner: Connection): Promise<number[]> {
  const { rows } = await holder.query<{ version: number }>(
    `SELECT version FROM master_versions v
      WHERE state = 'retiring' AND superseded_at < clock_timestamp() - interval '5 minutes'
        AND NOT EXISTS (SELECT FROM signature_keys k WHERE k.master_version = v.version AND k.salt IS NOT NULL)`,
  );
  const retired = await owner.query<{ version: number }>(
    `UPDATE master_versions SET state = 'retired', retired_at = now()
      WHERE version = ANY($1) AND state = 'retiring' RETURNING version`,
    [rows.map(({ version }) => version)],
  );
  return retired.rows.map(({ version }) => version);
}

/** An owner whose active key was made with a master secret that is not current any more. */
export interface OutdatedOwner {
  tenantId: string;
  ownerId: string;
}

/**
 * @param holder acts as `holder`
 * @param after where to go on
 * @returns at most `limit`, ordered by tenant and owner
 */
export async function findOutdatedOwners(
  holder: Database,
  after: OutdatedOwner | undefined,
  limit: number,
): Promise<OutdatedOwner[]> {
  const { rows } = await holder.query<OutdatedOwner>(
    `SELECT tenant_id AS "tenantId", owner_id AS "ownerId" FROM signature_keys
      WHERE state = 'active' AND salt IS NOT NULL AND (tenant_id, owner_id) > ($1, $2)
        AND master_version IN (SELECT version FROM master_versions WHERE state IN ('retiring', 'retired'))
      ORDER BY tenant_id, owner_id LIMIT $3`,
    [after?.tenantId ?? '', after?.ownerId ?? '', limit],
  );
  return rows;
}

/** A key that is not stored yet. */
export interface NextKey {
  ownerId: string;
  kid: string;
  salt: Buffer;
}

/**
 * Renews active keys that were made with another master secret than the current one. The caller holds the owners' locks.
 *
 * @param keys one for each owner; those whose key is of the current version, or who have none, get none
 * @returns how many were renewed
 */
export async function renewOutdated(
  connection: TenantConnection,
  tenantId: string,
  keys: readonly NextKey[],
): Promise<number> {
  await holdMaster(connection);
  const { rows } = await connection.query<{ ownerId: string }>(
    `UPDATE signature_keys SET state = 'retiring', retired_at = clock_timestamp()
      WHERE tenant_id = $1 AND owner_id = ANY($2) AND state = 'active'
        AND master_version <> (SELECT version FROM master_versions WHERE state = 'current')
      RETURNING owner_id AS "ownerId"`,
    [tenantId, keys.map(({ ownerId }) => ownerId)],
  );
  const renewed = new Set(rows.map(({ ownerId }) => ownerId));
  const next = keys.filter(({ ownerId }) => renewed.has(ownerId));
  await connection.query(
    `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, master_version, salt)
     SELECT u.kid, $1, u.owner_id,
            (SELECT max(g.generation) + 1 FROM signature_keys g WHERE g.tenant_id = $1 AND g.owner_id = u.owner_id),
            (SELECT version FROM master_versions WHERE state = 'current'), u.salt
       FROM unnest($2::text[], $3::text[], $4::bytea[]) AS u (owner_id, kid, salt)`,
    [tenantId, next.map(({ ownerId }) => ownerId), next.map(({ kid }) => kid), next.map(({ salt }) => salt)],
  );
  return next.length;
}
