import { READ_AT, type ReadAt } from '../leases/read-at.store.ts';
import type { Connection } from '../platform/database.ts';
import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';
import { holdMaster } from './master.store.ts';

/** How long a holder's clock may think that a URL lives when the database's clock does not any more. */
const CLOCKS_DIFFER = `INTERVAL '1 hour'`;

/** One generation of an owner's key, as stored. Without a salt it is revoked and can never be derived again. */
export interface KeyRow {
  kid: string;
  tenantId: string;
  ownerId: string;
  generation: number;
  /** Of the secret that the key is derived from. */
  masterVersion: number;
  salt: Buffer | null;
  /** Signature ids of its URLs that were revoked one by one and may not have expired. */
  revoked: string[];
}

const COLUMNS = `kid, tenant_id AS "tenantId", owner_id AS "ownerId", generation,
  master_version AS "masterVersion", salt, ARRAY(
  SELECT signature_id FROM revoked_signatures s
   WHERE s.kid = k.kid AND s.tenant_id = k.tenant_id AND s.expires_at > now() - ${CLOCKS_DIFFER}) AS revoked`;

/**
 * @param db acts as `holder`: whose key it is shows only in the answer
 * @returns the rows of those kids that exist
 */
export async function findKeys(db: Connection, kids: readonly string[]): Promise<(KeyRow & ReadAt)[]> {
  const { rows } = await db.query<KeyRow & ReadAt>({
    name: 'keys-by-kid',
    text: `SELECT ${COLUMNS}, ${READ_AT} FROM signature_keys k WHERE kid = ANY($1)`,
    values: [kids],
  });
  return rows;
}

/** @returns the key that signs new URLs of this owner */
export async function findActiveKey(
  db: Connection,
  tenantId: string,
  ownerId: string,
): Promise<(KeyRow & ReadAt) | undefined> {
  const { rows } = await db.query<KeyRow & ReadAt>(
    `SELECT ${COLUMNS}, ${READ_AT} FROM signature_keys k WHERE tenant_id = $1 AND owner_id = $2 AND state = 'active'`,
    [tenantId, ownerId],
  );
  return rows[0];
}

/** Takes the owner's row lock, which orders everything that changes this owner's keys. */
export async function lockOwner(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<{ status: 'active' | 'revoked'; handle: string } | undefined> {
  const { rows } = await connection.query<{ status: 'active' | 'revoked'; handle: string }>(
    'SELECT status, handle FROM owners WHERE tenant_id = $1 AND owner_id = $2 FOR UPDATE',
    [tenantId, ownerId],
  );
  return rows[0];
}

/** An owner as he is made known. */
export interface NewOwner {
  tenantId: string;
  id: string;
  name: string;
  /** What stands for the owner in paths: one segment, unique in the tenant. */
  handle: string;
}

/** Makes the owner known; an owner who is known stays as he is. @throws 23505 when another owner has the handle */
export async function insertOwner(connection: TenantConnection, owner: NewOwner): Promise<void> {
  await connection.query(
    `INSERT INTO owners (tenant_id, owner_id, display_name, handle) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, owner_id) DO NOTHING`,
    [owner.tenantId, owner.id, owner.name, owner.handle],
  );
}

/** @returns what stands for this owner in paths; undefined: not known yet */
export async function findHandle(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<string | undefined> {
  const { rows } = await connection.query<{ handle: string }>(
    'SELECT handle FROM owners WHERE tenant_id = $1 AND owner_id = $2',
    [tenantId, ownerId],
  );
  return rows[0]?.handle;
}

export async function setOwnerStatus(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
  status: 'active' | 'revoked',
): Promise<void> {
  await connection.query('UPDATE owners SET status = $3 WHERE tenant_id = $1 AND owner_id = $2', [
    tenantId,
    ownerId,
    status,
  ]);
}

/** Says that the owner is being erased: nobody reinstates them. The caller holds the owner's lock. */
export async function markErasing(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<void> {
  await connection.query('UPDATE owners SET erasing = true WHERE tenant_id = $1 AND owner_id = $2', [
    tenantId,
    ownerId,
  ]);
}

/** @returns whether the owner is being erased */
export async function isErasing(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<boolean> {
  const { rows } = await connection.query<{ erasing: boolean }>(
    'SELECT erasing FROM owners WHERE tenant_id = $1 AND owner_id = $2',
    [tenantId, ownerId],
  );
  return rows[0]?.erasing ?? false;
}

/** @returns the name of every key that this owner ever had */
export async function kidsOf(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<string[]> {
  const { rows } = await connection.query<{ kid: string }>(
    'SELECT kid FROM signature_keys WHERE tenant_id = $1 AND owner_id = $2 ORDER BY generation',
    [tenantId, ownerId],
  );
  return rows.map(({ kid }) => kid);
}

/** Gives an owner, and with them their keys, another id that names nobody. */
export async function renameOwner(
  connection: Connection,
  { tenantId, ownerId, newId }: { tenantId: string; ownerId: string; newId: string },
): Promise<void> {
  await connection.query(
    'UPDATE owners SET owner_id = $3, display_name = $3 WHERE tenant_id = $1 AND owner_id = $2',
    [tenantId, ownerId, newId],
  );
}

/** Adds the next generation, of the current master secret. The caller holds the owner's lock. */
export async function insertKey(
  connection: TenantConnection,
  key: { kid: string; tenantId: string; ownerId: string; salt: Buffer },
): Promise<number> {
  await holdMaster(connection);
  const { rows } = await connection.query<{ generation: number }>(
    `INSERT INTO signature_keys (kid, tenant_id, owner_id, generation, master_version, salt)
     SELECT $1, $2, $3, coalesce(max(generation), 0) + 1,
            (SELECT version FROM master_versions WHERE state = 'current'), $4
       FROM signature_keys WHERE tenant_id = $2 AND owner_id = $3
     RETURNING generation`,
    [key.kid, key.tenantId, key.ownerId, key.salt],
  );
  return rows[0]?.generation ?? 0;
}

/** Destroys the salts of every generation of this owner. */
export async function destroyKeys(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<string[]> {
  const { rows } = await connection.query<{ kid: string }>(
    `UPDATE signature_keys SET salt = NULL, state = 'revoked', revoked_at = now()
      WHERE tenant_id = $1 AND owner_id = $2 AND salt IS NOT NULL RETURNING kid`,
    [tenantId, ownerId],
  );
  return rows.map(({ kid }) => kid);
}

/** The epoch of the newest revocation of this owner. */
export async function lastRevocation(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<number | undefined> {
  const { rows } = await connection.query<{ n: number }>(
    `SELECT epoch AS n FROM receipts WHERE tenant_id = $1 AND owner_id = $2 AND change = 'key-revoked'
      ORDER BY epoch DESC LIMIT 1`,
    [tenantId, ownerId],
  );
  return rows[0]?.n;
}

/** An owner with the number of resources behind his key. */
export interface OwnerSummary {
  id: string;
  name: string;
  /** What stands for the owner in paths. */
  handle: string;
  status: 'active' | 'revoked';
  /** Of the newest key; 0 before the first. */
  generation: number;
  resources: number;
}

/** @returns every owner of the tenant, by name */
export async function listOwners(db: TenantDatabase, tenantId: string): Promise<OwnerSummary[]> {
  const { rows } = await readForTenant(db, tenantId, (connection) =>
    connection.query<OwnerSummary>(
      `SELECT o.owner_id AS id, o.display_name AS name, o.handle, o.status,
            (SELECT coalesce(max(generation), 0) FROM signature_keys k
              WHERE k.tenant_id = o.tenant_id AND k.owner_id = o.owner_id)::int AS generation,
            (SELECT count(*) FROM resources r
              WHERE r.tenant_id = o.tenant_id AND r.owner_id = o.owner_id)::int AS resources
       FROM owners o WHERE o.tenant_id = $1 ORDER BY o.display_name, o.owner_id`,
      [tenantId],
    ),
  );
  return rows;
}
