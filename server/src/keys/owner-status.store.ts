import type { Receipt } from '../leases/receipts.ts';
import { readForTenant, type TenantConnection, type TenantDatabase } from '../platform/tenant-database.ts';

/** One generation of an owner's key, without what it is derived from. */
export interface GenerationStatus {
  generation: number;
  /** As in the URLs that it signed. */
  kid: string;
  state: 'active' | 'retiring' | 'revoked';
  /** Of the master secret that it is derived from. */
  masterVersion: number;
  createdAt: Date;
  /** Since when it signs no new URL. */
  retiredAt: Date | null;
  revokedAt: Date | null;
}

/** The newest revocation of an owner. */
export interface RevocationStatus {
  epoch: number;
  committedAt: Date;
  /** Absent while it is not known that every holder has stopped. */
  receipt: Receipt | null;
}

/** Everything an administrator wants to know of one owner. */
export interface OwnerStatus {
  id: string;
  name: string;
  /** Stands for the owner in paths: `users/{handle}/...`. */
  handle: string;
  status: 'active' | 'revoked';
  resources: number;
  /** Of all completed resources. */
  bytes: number;
  /** Newest first. */
  keys: GenerationStatus[];
  /** Also when the owner was reinstated since. */
  lastRevocation: RevocationStatus | null;
}

/** @returns undefined when the tenant has no such owner */
export function findOwnerStatus(
  db: TenantDatabase,
  tenantId: string,
  ownerId: string,
): Promise<OwnerStatus | undefined> {
  return readForTenant(db, tenantId, (connection) => statusOf(connection, tenantId, ownerId));
}

async function statusOf(
  connection: TenantConnection,
  tenantId: string,
  ownerId: string,
): Promise<OwnerStatus | undefined> {
  const values = [tenantId, ownerId];
  const owners = await connection.query<Omit<OwnerStatus, 'keys' | 'lastRevocation'>>(
    `SELECT o.owner_id AS id, o.display_name AS name, o.handle, o.status, r.resources, r.bytes
       FROM owners o, LATERAL (
         SELECT count(*)::int AS resources, coalesce(sum(size), 0)::float8 AS bytes FROM resources
          WHERE tenant_id = o.tenant_id AND owner_id = o.owner_id) r
      WHERE o.tenant_id = $1 AND o.owner_id = $2`,
    values,
  );
  const owner = owners.rows[0];
  if (!owner) return undefined;
  const keys = await connection.query<GenerationStatus>(
    `SELECT generation, kid, state, master_version AS "masterVersion", created_at AS "createdAt",
            retired_at AS "retiredAt", revoked_at AS "revokedAt"
       FROM signature_keys WHERE tenant_id = $1 AND owner_id = $2 ORDER BY generation DESC`,
    values,
  );
  const revocations = await connection.query<RevocationStatus>(
    `SELECT epoch, created_at AS "committedAt", receipt FROM receipts
      WHERE tenant_id = $1 AND owner_id = $2 AND change = 'key-revoked' ORDER BY epoch DESC LIMIT 1`,
    values,
  );
  return { ...owner, keys: keys.rows, lastRevocation: revocations.rows[0] ?? null };
}
