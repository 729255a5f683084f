import {
  actingAs,
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { eraseRows, type ErasedPerson } from './erasure.store.ts';
import { beginningOf, daysWithPartition } from './partition.store.ts';

/**
 * Erases a person from the audit, one day of it in one transaction, so that nobody waits long for a row and what is done
 * stays done. Repeating it does what is left, such as rows that came in meanwhile.
 *
 * @param onDay is told how many rows there were so far, after each day
 * @param inTransaction is told how many rows there were in a day, before that is committed
 * @returns how many rows were erased
 */
export async function erasePersonRows(
  database: TenantDatabase,
  person: ErasedPerson,
  onDay: (rows: number) => void = () => undefined,
  inTransaction: (connection: TenantConnection, rows: number) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const { tenantId } = person;
  const days = await readForTenant(database, tenantId, daysWithPartition);
  const edges = [undefined, ...days.map(beginningOf), undefined];
  let rows = 0;
  for (const [index, since] of edges.slice(0, -1).entries()) {
    const window = { since, before: edges[index + 1] };
    rows += await forTenant(database, tenantId, async (connection) => {
      const erased = await actingAs(connection, 'eraser', () => eraseRows(connection, person, window));
      if (erased > 0) await inTransaction(connection, erased);
      return erased;
    });
    onDay(rows);
  }
  return rows;
}
