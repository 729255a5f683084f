import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { invalidRequest, type Problem } from '../platform/problem.ts';
import type { DepartureOrder } from './departure.ts';
import { departureFields, type DepartureFields } from './departure-fields.ts';

/** Lines that one list may have, its heading not counted. */
export const MOST_LEAVERS = 1000;

const COLUMNS = ['owner', 'at', 'transferTo', 'transferPrefix', 'reason'];

/** One line of the list: what it orders, or why it does not. */
export interface LeaverLine {
  /** As an editor counts them, the heading is 1. */
  line: number;
  owner: string;
  order: DepartureOrder | Problem;
}

interface ParsedLine {
  info: { lines: number };
  record: Partial<Record<string, string>>;
}

/**
 * Reads a list of leavers (RFC 4180, UTF-8, with or without a byte order mark). Its first line names the columns: `owner`,
 * and any of `at`, `transferTo`, `transferPrefix` and `reason`, in any order.
 *
 * @throws Problem 400 `invalid-request` when it is no such list; a line that is not valid has its problem in its place
 */
export function leaversOf(csv: string): LeaverLine[] {
  let lines: ParsedLine[];
  try {
    lines = parse(csv, {
      bom: true,
      columns: checkedColumns,
      info: true,
      skip_empty_lines: true,
      // Whatever is sent, no more is read than is needed to refuse it.
      to: MOST_LEAVERS + 1,
      trim: true,
    }) as unknown as ParsedLine[];
  } catch (error) {
    if (error instanceof CsvError) throw invalidRequest(`The list cannot be read: ${error.message}`);
    throw error;
  }
  if (lines.length === 0) throw invalidRequest('The list names nobody.');
  if (lines.length > MOST_LEAVERS) {
    throw invalidRequest(`The list has more than ${MOST_LEAVERS} lines, the most at once.`);
  }
  return lines.map(({ info, record }) => ({
    line: info.lines,
    owner: record['owner'] ?? '',
    order: orderOf(record),
  }));
}

function checkedColumns(names: string[]): string[] {
  const unknown = names.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0) {
    throw invalidRequest(
      `There is no column ${JSON.stringify(unknown[0])}; columns are ${COLUMNS.join(', ')}, separated by commas, and the first line names them.`,
    );
  }
  if (new Set(names).size < names.length) throw invalidRequest('A column is there twice.');
  if (!names.includes('owner')) throw invalidRequest('There is no column "owner".');
  return names;
}

function orderOf(record: Partial<Record<string, string>>): DepartureOrder | Problem {
  const { owner, at, transferTo, transferPrefix, reason } = Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== ''),
  );
  if (transferPrefix !== undefined && transferTo === undefined) {
    return invalidRequest('transferPrefix: say in transferTo who gets them');
  }
  const parsed = departureFields.safeParse({
    owner,
    at,
    reason,
    ...(transferTo === undefined ? {} : { transfer: { to: transferTo, prefix: transferPrefix } }),
  });
  return parsed.success ? toOrder(parsed.data) : invalidRequest(firstIssue(parsed.error));
}

const firstIssue = ({ issues: [issue] }: z.ZodError): string =>
  `${issue?.path.join('.') ?? 'line'}: ${issue?.message ?? 'not valid'}`;

/** @returns the order, as the rules take it */
export const toOrder = ({ owner, at, transfer, reason }: DepartureFields): DepartureOrder => ({
  owner,
  at: at === undefined ? undefined : new Date(at),
  transfer,
  reason,
});
