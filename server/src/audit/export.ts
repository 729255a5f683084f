import type { TenantDatabase } from '../platform/tenant-database.ts';
import { cancelWhenAborted } from './cancel-when-aborted.ts';
import { backendOf, closeCursor, fetchRows, openCursor } from './export.store.ts';
import { conditionOf, type SearchScope } from './filter.store.ts';
import { beginningOf, daysWithPartition } from './partition.store.ts';
import type { ReadingQuery } from './reading-log.ts';
import type { FoundRow } from './search.store.ts';

const ROWS_AT_ONCE = 500;
const STATEMENT_MS = 300_000;

/**
 * Reads the log from the oldest row on, in one snapshot: what is written meanwhile is not in it, and no row is there
 * twice. It goes day by day, so that the database sorts one day at a time, and holds a few hundred rows in memory. It
 * waits for whoever takes them.
 *
 * @param signal ends it, also in the middle of a statement
 * @returns rows, some hundred at a time
 */
export async function* exportRows(
  database: TenantDatabase,
  scope: SearchScope,
  query: ReadingQuery,
  signal: AbortSignal,
): AsyncGenerator<FoundRow[]> {
  const { since = -Infinity, until = Infinity, ...filter } = query;
  // Compiling a statement costs more than these statements save by it.
  const settings = { statement_timeout: STATEMENT_MS, jit: 'off' };
  const { connection, end } = await database.reading(scope.tenantId, settings);
  let stopCancelling = (): Promise<void> => Promise.resolve();
  try {
    const backend = await backendOf(connection);
    stopCancelling = cancelWhenAborted(signal, () => database.cancel(backend));
    const starts = (await daysWithPartition(connection)).map(beginningOf);
    const edges = [since, ...starts.filter((start) => start > since && start < until), until];
    for (const [index, from] of edges.slice(0, -1).entries()) {
      const window = { since: finite(from), before: finite(edges[index + 1]) };
      await openCursor(connection, conditionOf(scope, filter, window));
      for (;;) {
        signal.throwIfAborted();
        const rows = await fetchRows(connection, ROWS_AT_ONCE, STATEMENT_MS);
        if (rows.length > 0) yield rows;
        if (rows.length < ROWS_AT_ONCE) break;
      }
      await closeCursor(connection);
    }
  } finally {
    // A cancellation that comes too late must not hit whoever uses this connection next.
    await stopCancelling();
    end(signal.aborted ? new Error('the export was given up') : undefined);
  }
}

const finite = (value: number | undefined): number | undefined =>
  Number.isFinite(value) ? value : undefined;
