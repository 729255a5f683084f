import {
  actingAs,
  forTenant,
  readForTenant,
  type TenantConnection,
  type TenantDatabase,
} from '../platform/tenant-database.ts';
import { eraseRows, eraseTakedownRows, type ErasedPerson } from './erasure.store.ts';
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
  inTransaction: Counting = () => Promise.resolve(),
): Promise<number> {
  return dayByDay(database, person.tenantId, inTransaction, {
    onDay,
    erase: (connection, window) => eraseRows(connection, person, window),
  });
}

/**
 * Erases from the audit takedowns that name one of an erased person's paths; see `eraseTakedownRows`. It may be repeated.
 *
 * @param inTransaction is told how many rows there were in a day, before that is committed
 */
export async function eraseTakedowns(
  database: TenantDatabase,
  { tenantId, paths }: { tenantId: string; paths: readonly string[] },
  inTransaction: Counting,
): Promise<void> {
  if (paths.length === 0) return;
  await dayByDay(database, tenantId, inTransaction, {
    erase: (connection, window) => eraseTakedownRows(connection, { tenantId, paths }, window),
  });
}

type Counting = (connection: TenantConnection, rows: number) => Promise<void>;
type Window = Parameters<typeof eraseRows>[2];

async function dayByDay(
  database: TenantDatabase,
  tenantId: string,
  inTransaction: Counting,
  {
    erase,
    onDay,
  }: {
    erase: (connection: TenantConnection, window: Window) => Promise<number>;
    onDay?: (rows: number) => void;
  },
): Promise<number> {
  const days = await readForTenant(database, tenantId, daysWithPartition);
  const edges = [undefined, ...days.map(beginningOf), undefined];
  let rows = 0;
  for (const [index, since] of edges.slice(0, -1).entries()) {
    const window = { since, before: edges[index + 1] };
    rows += await forTenant(database, tenantId, async (connection) => {
      const erased = await actingAs(connection, 'eraser', () => erase(connection, window));
      if (erased > 0) await inTransaction(connection, erased);
      return erased;
    });
    onDay?.(rows);
  }
  return rows;
}
