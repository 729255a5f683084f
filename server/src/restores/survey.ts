import type { KeyObject } from 'node:crypto';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import { lastMark, type RecordedChange, type RecordedChanges } from './change-line.ts';
import { knownMarks } from './epoch-log.store.ts';
import { BEGINNING, isSameMark, type Mark } from './mark.ts';
import { recordedLines } from './recorded-lines.ts';

/** What the checkpoints have and a database has not. */
export interface Survey {
  /** The last change of the checkpoints. */
  newest: Mark;
  /** Changes that the database lacks, oldest first. */
  missing: RecordedChange[];
  /** Numbers of changes that may be missing too, and are in no line: of this server nobody knows what they were. */
  gaps: { from: number; to: number }[];
}

const LINES_AT_ONCE = 200;
const DATABASE_MS = 15_000;

/**
 * Compares all of a sink with a database, change by change.
 *
 * @param database acts as `holder`
 * @param lines oldest first
 * @param publicKey see `recordedLines`
 * @throws CheckpointsDamaged, or as PostgreSQL does
 */
export async function survey(
  database: Database,
  lines: AsyncIterable<string> | Iterable<string>,
  publicKey: KeyObject | undefined,
): Promise<Survey> {
  const result: Survey = { newest: BEGINNING, missing: [], gaps: [] };
  let waiting: RecordedChanges[] = [];
  const compare = async (): Promise<void> => {
    await compareLines(database, waiting, result);
    waiting = [];
  };
  for await (const line of recordedLines(lines, publicKey)) {
    waiting.push(line);
    if (waiting.length >= LINES_AT_ONCE) await compare();
  }
  await compare();
  return result;
}

async function compareLines(
  database: Database,
  lines: readonly RecordedChanges[],
  result: Survey,
): Promise<void> {
  const marks: Mark[] = lines.flatMap(({ after, entries }) => [after, ...entries]);
  if (marks.length === 0) return;
  const known = new Set(
    await withConnection(database, DATABASE_MS, (connection) => knownMarks(connection, marks)),
  );
  for (const line of lines) {
    const { after, entries } = line;
    if (!isSameMark(after, result.newest) && !known.has(after)) {
      result.gaps.push({ from: Math.min(result.newest.epoch + 1, after.epoch), to: after.epoch });
    }
    result.missing.push(...entries.filter((entry) => !known.has(entry)));
    result.newest = lastMark(line);
  }
}
