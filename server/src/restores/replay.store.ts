import type { TenantConnection } from '../platform/tenant-database.ts';
import type { Mark } from './mark.ts';

/**
 * Takes changes to make them again in this transaction; another that has taken one is waited for.
 *
 * @returns those that nobody has made again before
 */
export async function claimChanges<M extends Mark>(
  connection: TenantConnection,
  tenantId: string,
  changes: readonly M[],
): Promise<M[]> {
  const { rows } = await connection.query<Mark>(
    `INSERT INTO replayed_changes (epoch, at, tenant_id)
     SELECT epoch, at, $3 FROM unnest($1::int8[], $2::int8[]) AS m(epoch, at) ORDER BY epoch, at
     ON CONFLICT DO NOTHING RETURNING epoch, at`,
    [changes.map(({ epoch }) => epoch), changes.map(({ at }) => at), tenantId],
  );
  const claimed = new Set(rows.map(({ epoch, at }) => `${epoch} ${at}`));
  return changes.filter(({ epoch, at }) => claimed.has(`${epoch} ${at}`));
}

/** No number up to `epoch` is given out any more. Takes the lock of the epoch's row, which is always the last. */
export async function skipEpochs(connection: TenantConnection, epoch: number): Promise<void> {
  await connection.query('UPDATE epoch SET n = greatest(n, $1)', [epoch]);
}
