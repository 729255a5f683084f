import type { TenantConnection } from '../platform/tenant-database.ts';
import { nameKey } from './name-key.ts';
import type { Resource } from './resource.ts';

/** What is to be written; undefined stays as it is. */
export interface MetadataEdit {
  label?: string | null | undefined;
  notes?: string | null | undefined;
  displayName?: string | undefined;
  /** Milliseconds. */
  durationMs?: number | null | undefined;
  status?: Extract<Resource['state'], 'completed' | 'failed' | 'quarantined'> | undefined;
}

/** @returns what an edit must know of the row, whose lock the caller holds */
export async function findRevision(
  connection: TenantConnection,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<{ revision: number } | undefined> {
  const { rows } = await connection.query<{ revision: number }>(
    `SELECT revision FROM resources WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id],
  );
  return rows[0];
}

export async function editResource(
  connection: TenantConnection,
  { tenantId, id }: { tenantId: string; id: string },
  { label, notes, displayName, durationMs, status }: MetadataEdit,
): Promise<void> {
  await connection.query(
    `UPDATE resources SET revision = revision + 1, updated_at = now(),
       label = CASE WHEN $3 THEN $4 ELSE label END, notes = CASE WHEN $5 THEN $6 ELSE notes END,
       display_name = coalesce($7, display_name), name_key = coalesce($8, name_key),
       state = coalesce($9, state), duration_ms = CASE WHEN $10 THEN $11 ELSE duration_ms END
     WHERE tenant_id = $1 AND id = $2`,
    [
      ...[tenantId, id, label !== undefined, label ?? null, notes !== undefined, notes ?? null],
      displayName ?? null,
      displayName === undefined ? null : nameKey(displayName),
      status ?? null,
      durationMs !== undefined,
      durationMs ?? null,
    ],
  );
}
