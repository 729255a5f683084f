import { searchAudit } from '../audit/search.ts';
import type { FoundRow } from '../audit/search.store.ts';
import { toldRow } from '../audit/told-row.ts';
import { systemClock } from '../platform/clock.ts';
import { FILTERS, readFilters } from './audit-filters.ts';
import { operatorAsReader, readingLog } from './audit-readings.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { EXIT, usage } from './exit-codes.ts';
import { withDatabase } from './offline-database.ts';
import { table } from './table.ts';

const PAGE = 200;
const HEAD = ['at', 'event', 'actor', 'owner', 'path', 'status', 'reason', 'signature'];

/** `countersign audit search` */
export const auditSearch = defineCommand({
  name: 'audit search',
  says: 'Find rows of the audit, newest first',
  details: `With --json every row is one line of JSON (NDJSON), in full; the table is cut to the width of the terminal.
The audit records that you looked, as it does of everybody; those rows show only with --event audit-read.`,
  options: {
    ...FILTERS,
    limit: { type: 'string', value: 'N', says: 'at most so many rows, or all (default 50)' },
    ...DATABASE_OPTIONS,
  },
  run: ({ options, json, terminal }) => {
    const limit = limitOf(options.limit);
    const query = readFilters(options, systemClock.now());
    return withDatabase(options, async (opened) => {
      const readings = readingLog(opened);
      const reader = operatorAsReader(opened.tenantId);
      let left = limit;
      let cursor: string | undefined;
      try {
        do {
          const asked = { ...query, cursor, limit: Math.min(left, PAGE) };
          const page = await searchAudit(
            opened.pools.tenants,
            systemClock,
            { tenantId: opened.tenantId },
            asked,
          );
          // Recorded before it is shown, as at the server.
          await readings.searched(reader, query, page.items.length);
          if (json)
            await terminal.write(page.items.map((row) => `${JSON.stringify(toldRow(row))}\n`).join(''));
          else if (page.items.length > 0)
            await terminal.write(table(HEAD, page.items.map(toCells), terminal));
          left -= page.items.length;
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined && left > 0);
      } finally {
        await readings.close();
      }
      if (!json && left === limit) terminal.say('No row is like that.');
      if (!json && cursor !== undefined) terminal.say('There are more: --limit all shows them.');
      return EXIT.done;
    });
  },
});

function limitOf(text = '50'): number {
  if (text === 'all') return Infinity;
  const limit = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
  if (limit === 0) throw usage('--limit takes a whole number from 1, or all.');
  return limit;
}

function toCells(row: FoundRow): string[] {
  const { at, event, actor, owner, path, status, reason, signatureId } = row;
  return [at.toISOString(), event, actor, owner, path, status, reason, signatureId].map((cell) =>
    cell === null ? '' : String(cell),
  );
}
