import { clean, cleanUnchecked, cleanUserAgent } from './clean.ts';
import type { AccessRow } from './rows.ts';

const FORMAT = 'countersign-spool';
const VERSION = 1;

type Cell = string | number | null;

/** A row as the spool holds it: sixteen cells, in the order in which `access.store.ts` inserts them. */
export type AccessLine = readonly Cell[];

const CELLS = 16;

/** What a segment file held. */
export interface SegmentContent {
  /** Who served these requests; not who ships them, if that is another process after a crash. */
  holder: string;
  rows: AccessLine[];
  /** Complete lines that could not be read: the disk's fault, since a line is written whole or torn at the end. */
  damaged: number;
}

/** First line of every segment. */
export const headerLine = (holder: string): string => `${JSON.stringify([FORMAT, VERSION, holder])}\n`;

/** One row as one line of JSON, cleaned, with its line feed. */
export function accessLine(row: AccessRow): string {
  // Only the path of a delivery is known to be a resource's; that of a denial is whatever the client wrote.
  const path = row.event === 'delivery' ? clean(row.path) : cleanUnchecked(row.path);
  return `${JSON.stringify([
    row.at,
    row.event,
    clean(row.tenantId),
    path,
    clean(row.resourceId),
    clean(row.signatureId),
    clean(row.kid),
    clean(row.actor),
    clean(row.owner),
    cleanUnchecked(row.reason),
    row.expiresAt,
    row.status,
    row.bytes,
    row.durationMs === undefined ? undefined : Math.round(row.durationMs),
    clean(row.ipPrefix),
    cleanUserAgent(row.userAgent),
  ])}\n`;
}

/**
 * Reads a segment. What follows the last line feed is a torn write, whose response never left: it is dropped.
 *
 * @param text the whole file
 * @returns undefined when the first line is not that of a segment this release can read
 */
export function parseSegment(text: string): SegmentContent | undefined {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  lines.pop();
  const first = lines.shift();
  if (first === undefined) return { holder: '', rows: [], damaged: 0 };
  const header = parseArray(first);
  if (header?.[0] !== FORMAT || header[1] !== VERSION || typeof header[2] !== 'string') return undefined;
  const parsed = lines.map(parseRow);
  const rows = parsed.filter((row) => row !== undefined);
  return { holder: header[2], rows, damaged: parsed.length - rows.length };
}

function parseRow(line: string): AccessLine | undefined {
  const cells = parseArray(line);
  if (cells?.length !== CELLS || typeof cells[0] !== 'number' || typeof cells[1] !== 'string')
    return undefined;
  return cells.every(isCell) ? cells : undefined;
}

const isCell = (value: unknown): value is Cell =>
  value === null || typeof value === 'string' || typeof value === 'number';

function parseArray(line: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
