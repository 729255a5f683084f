import type { FoundRow } from './search.store.ts';

/** Forms of text: a table for spreadsheets, or one JSON value a line for programs. */
export type TextFormat = 'csv' | 'ndjson';

/** How an export is written. */
export interface ExportText {
  /** What comes before the rows. */
  head(): string;
  rows(rows: readonly FoundRow[]): string;
  /** What comes after the last row, and says that it was the last. */
  tail(rows: number): string;
}

const COLUMNS = [
  ...['at', 'event', 'path', 'resourceId', 'signatureId', 'actor', 'owner', 'reason', 'expiresAt', 'status'],
  ...['bytes', 'durationMs', 'ipPrefix', 'userAgent', 'holder', 'writer', 'batchNo', 'rowNo'],
] as const;

type Cells = Record<(typeof COLUMNS)[number], string | number | null>;

/** @returns the writer of a form; what makes CSV is only loaded for it */
export async function exportText(format: TextFormat): Promise<ExportText> {
  return format === 'csv' ? csvText() : ndjsonText();
}

/**
 * RFC 4180 with a header line, for spreadsheets: UTF-8 with its mark, so that Excel does not take it for something else,
 * and an apostrophe before what a spreadsheet would run as a formula. The last line has the event `export-complete` and
 * the number of rows in `reason`.
 */
async function csvText(): Promise<ExportText> {
  const { stringify } = await import('csv-stringify/sync');
  const csv = (records: readonly (string | number | null)[][]): string =>
    stringify([...records], { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[\r\n]/ });
  return {
    head: () => `\ufeff${csv([[...COLUMNS]])}`,
    rows: (rows) => csv(rows.map((row) => Object.values(cellsOf(row)))),
    tail: (rows) =>
      csv([
        COLUMNS.map((column) =>
          column === 'event' ? 'export-complete' : column === 'reason' ? `rows=${rows}` : null,
        ),
      ]),
  };
}

/** One JSON object a line; the last is `{"complete":true,"rows":n}`. */
function ndjsonText(): ExportText {
  return {
    head: () => '',
    rows: (rows) => rows.map((row) => `${JSON.stringify(cellsOf(row))}\n`).join(''),
    tail: (rows) => `${JSON.stringify({ complete: true, rows })}\n`,
  };
}

function cellsOf(row: FoundRow): Cells {
  const cells = { ...row, at: row.at.toISOString(), expiresAt: row.expiresAt?.toISOString() ?? null };
  return Object.fromEntries(COLUMNS.map((column) => [column, cells[column]])) as Cells;
}
