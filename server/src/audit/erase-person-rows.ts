import { transaction, type Database } from '../platform/database.ts';
import { eraseRows, type ErasedPerson } from './erasure.store.ts';
import { beginningOf, daysWithPartition } from './partition.store.ts';

/**
 * Erases a person from the audit, one day of it in one transaction, so that nobody waits long for a row and what is done
 * stays done. Repeating it does what is left, such as rows that came in meanwhile.
 *
 * @param onDay is told how many rows there were so far, after each day
 * @returns how many rows were erased
 */
export async function erasePersonRows(
  database: Database,
  person: ErasedPerson,
  onDay: (rows: number) => void = () => undefined,
): Promise<number> {
  const edges = [undefined, ...(await daysWithPartition(database)).map(beginningOf), undefined];
  let rows = 0;
  for (const [index, since] of edges.slice(0, -1).entries()) {
    const window = { since, before: edges[index + 1] };
    rows += await transaction(database, (connection) => eraseRows(connection, person, window));
    onDay(rows);
  }
  return rows;
}
