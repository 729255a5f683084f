import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { exportRows } from './export.ts';
import { exportText, type TextFormat } from './export-text.ts';
import type { SearchScope } from './filter.store.ts';
import { exportProof } from './proof-export.ts';
import type { ReadingQuery } from './reading-log.ts';
import { isFoundBy } from './row-filter.ts';

/** Forms of an export: those of text, and one that can be verified without the database. */
export type ExportFormat = TextFormat | 'proof';

/** What is read. */
export interface ExportSource {
  tenants: TenantDatabase;
  auditor: Database;
  scope: SearchScope;
  query: ReadingQuery;
  signal: AbortSignal;
}

/** Called once with the number of rows, before the last line leaves; that does not leave when this throws. */
export type Record = (rows: number, how: 'complete' | 'broken-off') => Promise<void>;

/** What is sent, some hundred rows at a time. */
export type Pieces = AsyncGenerator<string, void>;

export const CONTENT_TYPES: Readonly<{ [format in ExportFormat]: string }> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  proof: 'application/x-ndjson; charset=utf-8',
};

/** @returns the export in this form, its last line held back until its end is recorded */
export async function exportPieces(
  format: ExportFormat,
  source: ExportSource,
  record: Record,
): Promise<Pieces> {
  if (format === 'proof') return proofPieces(source, record);
  return textPieces(await exportText(format), source, record);
}

async function* textPieces(
  text: Awaited<ReturnType<typeof exportText>>,
  { tenants, scope, query, signal }: ExportSource,
  record: Record,
): Pieces {
  let count = 0;
  let isRecorded = false;
  let head = text.head();
  try {
    for await (const rows of exportRows(tenants, scope, query, signal)) {
      count += rows.length;
      yield head + text.rows(rows);
      head = '';
    }
    await record(count, 'complete');
    isRecorded = true;
    yield head + text.tail(count);
  } finally {
    if (!isRecorded) await record(count, 'broken-off').catch(() => undefined);
  }
}

async function* proofPieces({ auditor, scope, query, signal }: ExportSource, record: Record): Pieces {
  const isFound = isFoundBy(scope, query);
  let count = 0;
  let isRecorded = false;
  let held = '';
  try {
    const pieces = exportProof({
      database: auditor,
      signal,
      shows: (row) => {
        const shows = isFound(row);
        if (shows) count += 1;
        return shows;
      },
    });
    for await (const piece of pieces) {
      if (held !== '') yield held;
      held = piece;
    }
    await record(count, 'complete');
    isRecorded = true;
    yield held;
  } finally {
    if (!isRecorded) await record(count, 'broken-off').catch(() => undefined);
  }
}
