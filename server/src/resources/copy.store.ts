import type { TenantConnection } from '../platform/tenant-database.ts';

/** How long a copy may take, from its announcement to the moment a resource has it. */
const MOST_MINUTES = 60;
/** So much before that nobody may take it any more: who sweeps must not have begun. */
const MARGIN_MINUTES = 5;

/** Says that a copy is about to be made: should nobody take it, it is removed after an hour. */
export async function announceCopy(
  connection: TenantConnection,
  tenantId: string,
  objectKey: string,
): Promise<void> {
  await connection.query(
    `INSERT INTO discarded_blobs (tenant_id, object_key, discarded_at)
     VALUES ($1, $2, now() + make_interval(mins => ${MOST_MINUTES}))`,
    [tenantId, objectKey],
  );
}

/** @returns false when it took too long, or an erasure of somebody has called it off: it is removed then */
export async function takeCopy(
  connection: TenantConnection,
  tenantId: string,
  objectKey: string,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `DELETE FROM discarded_blobs WHERE tenant_id = $1 AND object_key = $2
        AND discarded_at > clock_timestamp() + make_interval(mins => ${MARGIN_MINUTES})`,
    [tenantId, objectKey],
  );
  return rowCount === 1;
}

/** Nobody takes this copy any more: it may be removed at once. */
export async function abandonCopy(
  connection: TenantConnection,
  tenantId: string,
  objectKey: string,
): Promise<void> {
  await connection.query(
    `INSERT INTO discarded_blobs (tenant_id, object_key) VALUES ($1, $2)
     ON CONFLICT (object_key) DO UPDATE SET discarded_at = now()`,
    [tenantId, objectKey],
  );
}

/** The same of every copy of the tenant that is being made: who makes one is told to try again. */
export async function callOffCopies(connection: TenantConnection, tenantId: string): Promise<void> {
  await connection.query(
    'UPDATE discarded_blobs SET discarded_at = now() WHERE tenant_id = $1 AND discarded_at > now()',
    [tenantId],
  );
}
