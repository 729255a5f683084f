import type { Connection } from '../platform/database.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';

/** A signed URL that is dead by itself. */
export interface RevokedSignature {
  tenantId: string;
  signatureId: string;
  /** Of the key that signed it. */
  kid: string;
  expiresAt: Date;
}

/** @returns false when it is revoked already; who revokes it at this moment is waited for */
export async function insertRevokedSignature(
  connection: TenantConnection,
  { tenantId, signatureId, kid, expiresAt }: RevokedSignature,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO revoked_signatures (tenant_id, signature_id, kid, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [tenantId, signatureId, kid, expiresAt],
  );
  return rowCount === 1;
}

/** @returns whether it is revoked by itself */
export async function isSignatureRevoked(
  connection: TenantConnection,
  tenantId: string,
  signatureId: string,
): Promise<boolean> {
  const { rows } = await connection.query(
    'SELECT FROM revoked_signatures WHERE tenant_id = $1 AND signature_id = $2',
    [tenantId, signatureId],
  );
  return rows.length > 0;
}

/** Forgets those that have expired, an hour late: a holder's clock may be behind. @param db acts as `holder` */
export async function forgetExpiredSignatures(db: Connection): Promise<void> {
  await db.query(`DELETE FROM revoked_signatures WHERE expires_at < now() - INTERVAL '2 hours'`);
}

/** @returns whose key this is */
export async function ownerOfKey(
  connection: TenantConnection,
  tenantId: string,
  kid: string,
): Promise<string | undefined> {
  const { rows } = await connection.query<{ owner: string }>(
    'SELECT owner_id AS owner FROM signature_keys WHERE tenant_id = $1 AND kid = $2',
    [tenantId, kid],
  );
  return rows[0]?.owner;
}
