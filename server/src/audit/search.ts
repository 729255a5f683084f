import type { Clock } from '../platform/clock.ts';
import type { Connection } from '../platform/database.ts';
import { Problem } from '../platform/problem.ts';
import { readForTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { conditionOf, type SearchFilter, type SearchScope, type SearchWindow } from './filter.store.ts';
import { READING_EVENTS } from './reading-events.ts';
import { findRows, type FoundRow } from './search.store.ts';

/** What somebody asks the log. */
export interface AuditQuery extends SearchFilter {
  /** Milliseconds since 1970; rows at or after this only. */
  since?: number | undefined;
  /** Milliseconds since 1970; rows before this only. */
  until?: number | undefined;
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

/** 400 `search-too-wide`: rows are found by path, owner, signature and time; all else is read row by row. */
export const searchTooWide = (): Problem =>
  new Problem(
    400,
    'search-too-wide',
    'The search reads more of the log than it may',
    'Name a path, an owner or a signatureId, or a shorter time by since and until.',
  );

const DAY_MS = 86_400_000;
/** Back in time in growing steps: most searches end in the newest days, and older partitions are not even planned for. */
const REACHES_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS, Infinity];
const STATEMENT_MS = 10_000;

/**
 * Searches the log. What tells of reading it is only found when it is asked for: else whoever looks at the history of a
 * picture finds mostly who has looked.
 *
 * @throws Problem 400 `invalid-request` when the cursor is not one of ours
 * @throws searchTooWide
 */
export async function searchAudit(
  database: TenantDatabase,
  clock: Pick<Clock, 'now'>,
  scope: SearchScope,
  query: AuditQuery,
): Promise<AuditPage> {
  const { limit, cursor, since, until, ...filter } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const newest = Math.min(after ? after.micros / 1000 : clock.now(), until ?? Infinity);
  const hidden = filter.event === undefined ? READING_EVENTS : [];
  // One row more than asked for tells whether there is a next page.
  const wanted = limit + 1;

  const find = async (connection: Connection): Promise<FoundRow[]> => {
    const found: FoundRow[] = [];
    let window: SearchWindow = { after, before: until };
    for (const reach of REACHES_MS) {
      window.since = earliest(newest - reach, since);
      const condition = conditionOf(scope, filter, window, hidden);
      found.push(...(await findRows(connection, condition, wanted - found.length)));
      if (found.length >= wanted || window.since === since) break;
      window = { before: window.since };
    }
    return found;
  };
  // Compiling a statement costs more than these statements save by it.
  const settings = { statement_timeout: STATEMENT_MS, jit: 'off' };
  const found = await readForTenant(database, scope.tenantId, find, settings).catch(refusedIfTooWide);
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor(last) : null };
}

function earliest(reach: number, since: number | undefined): number | undefined {
  const from = Math.max(Math.floor(reach), since ?? -Infinity);
  return Number.isFinite(from) ? from : undefined;
}

/** SQLSTATE 57014: the statement was cancelled because it took too long. */
function refusedIfTooWide(error: unknown): never {
  throw (error as { code?: unknown }).code === '57014' ? searchTooWide() : error;
}
