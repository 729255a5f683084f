import { searchAudit } from '../audit/search.ts';
import type { FoundRow } from '../audit/search.store.ts';
import { systemClock } from '../platform/clock.ts';
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
  details: `With --json every row is one line of JSON (NDJSON), in full; the table is cut to the width of the terminal.`,
  options: {
    path: { type: 'string', value: 'PATH', says: 'of this resource, e.g. public/team/ada.png' },
    owner: { type: 'string', value: 'ID', says: 'of resources of this owner' },
    signature: { type: 'string', value: 'ID', says: 'of this signature id: sig_ and the sid of a URL' },
    event: {
      type: 'string',
      value: 'NAME',
      says: 'of this kind, e.g. issuance, delivery, denial, key-revoked',
    },
    limit: { type: 'string', value: 'N', says: 'at most so many rows, or all (default 50)' },
    ...DATABASE_OPTIONS,
  },
  run: ({ options, json, terminal }) => {
    const limit = limitOf(options.limit);
    return withDatabase(options, async ({ pools, tenantId }) => {
      const { path, owner, signature: signatureId, event } = options;
      let left = limit;
      let cursor: string | undefined;
      let found = 0;
      do {
        const page = await searchAudit(
          pools.tenants,
          systemClock,
          { tenantId },
          { path, owner, signatureId, event, cursor, limit: Math.min(left, PAGE) },
        );
        if (json) await terminal.write(page.items.map((row) => `${JSON.stringify(toBody(row))}\n`).join(''));
        else if (page.items.length > 0) await terminal.write(table(HEAD, page.items.map(toCells), terminal));
        found += page.items.length;
        left -= page.items.length;
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && left > 0);
      if (!json && found === 0) terminal.say('No row is like that.');
      if (!json && cursor !== undefined) terminal.say(`There are more: --limit all shows them.`);
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

/** As GET /audit/logs answers them. */
function toBody(row: FoundRow): Record<string, unknown> {
  const { at, event, path, resourceId, signatureId, actor, owner, reason, expiresAt, status, bytes, holder } =
    row;
  return { at, event, path, resourceId, signatureId, actor, owner, reason, expiresAt, status, bytes, holder };
}

function toCells(row: FoundRow): string[] {
  const { at, event, actor, owner, path, status, reason, signatureId } = row;
  return [at.toISOString(), event, actor, owner, path, status, reason, signatureId].map((cell) =>
    cell === null ? '' : String(cell),
  );
}
