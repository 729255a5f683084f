import type { Clock } from '../platform/clock.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import {
  findRows,
  type FoundRow,
  type SearchFilter,
  type SearchScope,
  type SearchWindow,
} from './search.store.ts';

/** What somebody asks the log. */
export interface AuditQuery extends SearchFilter {
  /** Rows of one page, 1 to 200. */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** A page of the log, newest rows first. */
export interface AuditPage {
  items: FoundRow[];
  /** Of the next page; null when this is the last. */
  nextCursor: string | null;
}

const DAY_MS = 86_400_000;
/** Back in time in growing steps: most searches end in the newest days, and older partitions are not even planned for. */
const REACHES_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS, undefined];

/**
 * Searches the log.
 *
 * @throws Problem 400 `invalid-request` when the cursor is not one of ours
 */
export async function searchAudit(
  database: TenantDatabase,
  clock: Pick<Clock, 'now'>,
  scope: SearchScope,
  query: AuditQuery,
): Promise<AuditPage> {
  const { limit, cursor, ...filter } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const newest = after ? after.micros / 1000 : clock.now();
  const found: FoundRow[] = [];
  // One row more than asked for tells whether there is a next page.
  const wanted = limit + 1;
  let window: SearchWindow = { after };
  for (const reach of REACHES_MS) {
    window.since = reach === undefined ? undefined : Math.floor(newest - reach);
    found.push(...(await findRows(database, { scope, filter, window, limit: wanted - found.length })));
    if (found.length >= wanted) break;
    window = { before: window.since };
  }
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor(last) : null };
}
