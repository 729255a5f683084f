import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** An edge as its administrators see it. */
export interface EdgeSummary {
  id: string;
  name: string;
  /** Whose files it serves. */
  tenants: string[];
  createdAt: Date;
  rotatedAt: Date | null;
  /** Until when the secret before the last rotation opens too. */
  previousUntil: Date | null;
  revokedAt: Date | null;
  /** Incarnations that have not ended. */
  incarnations: number;
  /** Live keys that it was told. */
  keys: number;
}

/** What the door needs to know of an edge. */
export interface EdgeRow {
  id: string;
  tenantId: string;
  tenants: string[];
  name: string;
  secretHash: Buffer;
  /** Of the secret before, while it opens too. */
  previousHash: Buffer | null;
}

/**
 * @param db acts as `holder`
 * @returns those of these edges that are not revoked
 */
export async function findEdges(db: Connection, ids: readonly string[]): Promise<EdgeRow[]> {
  const { rows } = await db.query<EdgeRow>({
    name: 'edges-by-id',
    text: `SELECT id, tenant_id AS "tenantId", tenants, name, secret_hash AS "secretHash",
                  CASE WHEN previous_until > now() THEN previous_hash END AS "previousHash"
             FROM edges WHERE id = ANY($1) AND revoked_at IS NULL`,
    values: [ids],
  });
  return rows;
}

/** @returns false when a live edge of the tenant has the name */
export async function insertEdge(
  connection: TenantConnection,
  edge: { id: string; tenantId: string; tenants: readonly string[]; name: string; secretHash: Buffer },
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO edges (id, tenant_id, tenants, name, secret_hash) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, name) WHERE revoked_at IS NULL DO NOTHING`,
    [edge.id, edge.tenantId, edge.tenants, edge.name, edge.secretHash],
  );
  return rowCount === 1;
}

/** @returns how many edges of the tenant are not revoked */
export async function countEdges(connection: TenantConnection, tenantId: string): Promise<number> {
  const { rows } = await connection.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM edges WHERE tenant_id = $1 AND revoked_at IS NULL',
    [tenantId],
  );
  return rows[0]?.n ?? 0;
}

/** Takes the row's lock: from then on no key is told to this edge unless it is written down first. */
export async function lockEdge(
  connection: TenantConnection,
  tenantId: string,
  id: string,
): Promise<{ name: string; tenants: string[]; revokedAt: Date | null } | undefined> {
  const { rows } = await connection.query<{ name: string; tenants: string[]; revokedAt: Date | null }>(
    `SELECT name, tenants, revoked_at AS "revokedAt" FROM edges WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
    [tenantId, id],
  );
  return rows[0];
}

/**
 * Makes `hash` the secret, and lets the one before open for some time more.
 *
 * @param overlapSeconds 0: it opens nothing from now on
 * @returns until when the one before opens
 */
export async function replaceSecret(
  connection: TenantConnection,
  id: string,
  hash: Buffer,
  overlapSeconds: number,
): Promise<Date | null> {
  const { rows } = await connection.query<{ until: Date | null }>(
    `UPDATE edges SET secret_hash = $2, rotated_at = now(),
            previous_hash = CASE WHEN $3 > 0 THEN secret_hash END,
            previous_until = CASE WHEN $3 > 0 THEN now() + make_interval(secs => $3) END
      WHERE id = $1 RETURNING previous_until AS until`,
    [id, hash, overlapSeconds],
  );
  return rows[0]?.until ?? null;
}

/** Forgets the secrets. */
export async function endEdge(connection: TenantConnection, id: string): Promise<void> {
  await connection.query(
    `UPDATE edges SET revoked_at = now(), secret_hash = NULL, previous_hash = NULL, previous_until = NULL
      WHERE id = $1`,
    [id],
  );
}

/** @returns every edge of the tenant, the revoked ones too, by name */
export async function listEdges(
  connection: TenantConnection,
  tenantId: string,
): Promise<Omit<EdgeSummary, 'incarnations'>[]> {
  const { rows } = await connection.query<Omit<EdgeSummary, 'incarnations'>>(
    `SELECT d.id, d.name, d.tenants, d.created_at AS "createdAt", d.rotated_at AS "rotatedAt",
            CASE WHEN d.previous_until > now() THEN d.previous_until END AS "previousUntil",
            d.revoked_at AS "revokedAt",
            (SELECT count(*)::int FROM edge_told_keys t JOIN signature_keys k USING (kid)
              WHERE t.edge_id = d.id AND k.salt IS NOT NULL) AS keys
       FROM edges d WHERE d.tenant_id = $1 ORDER BY d.name, d.created_at`,
    [tenantId],
  );
  return rows;
}

/** @returns by owner the keys of this tenant that the edge was told and that live */
export async function liveKeysTold(
  connection: TenantConnection,
  tenantId: string,
  edgeId: string,
): Promise<{ ownerId: string; kids: string[] }[]> {
  const { rows } = await connection.query<{ ownerId: string; kids: string[] }>(
    `SELECT k.owner_id AS "ownerId", array_agg(k.kid) AS kids
       FROM edge_told_keys t JOIN signature_keys k ON k.kid = t.kid AND k.tenant_id = t.tenant_id
      WHERE t.tenant_id = $1 AND t.edge_id = $2 AND k.salt IS NOT NULL GROUP BY k.owner_id ORDER BY k.owner_id`,
    [tenantId, edgeId],
  );
  return rows;
}
