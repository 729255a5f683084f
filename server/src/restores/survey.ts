import type { SinkLine } from '../audit/checkpoint-sink.ts';
import type { Database } from '../platform/database.ts';
import { withConnection } from '../platform/with-connection.ts';
import type { RecordedChange, RecordedChanges } from './change-line.ts';
import { knownMarks } from './epoch-log.store.ts';
import { BEGINNING, type Mark } from './mark.ts';
import { recordedLines, type LineTrust } from './recorded-lines.ts';

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
 * @throws CheckpointsDamaged, or as PostgreSQL does
 */
export async function survey(
  database: Database,
  lines: AsyncIterable<SinkLine> | Iterable<SinkLine>,
  trust: LineTrust,
): Promise<Survey> {
  const result: Survey = { newest: BEGINNING, missing: [], gaps: [] };
  const seen = new Set([nameOf(BEGINNING)]);
  let waiting: RecordedChanges[] = [];
  const compare = async (): Promise<void> => {
    await compareLines(database, waiting, result, seen);
    waiting = [];
  };
  for await (const line of recordedLines(lines, trust)) {
    waiting.push(line);
    if (waiting.length >= LINES_AT_ONCE) await compare();
  }
  await compare();
  result.missing.sort((a, b) => a.epoch - b.epoch);
  return result;
}

async function compareLines(
  database: Database,
  lines: readonly RecordedChanges[],
  result: Survey,
  seen: Set<string>,
): Promise<void> {
  const marks: Mark[] = lines.flatMap(({ after, entries }) => [after, ...entries]);
  if (marks.length === 0) return;
  const known = new Set(
    await withConnection(database, DATABASE_MS, (connection) => knownMarks(connection, marks)),
  );
  for (const { after, entries } of lines) {
    if (!seen.has(nameOf(after)) && !known.has(after)) {
      result.gaps.push({ from: Math.min(result.newest.epoch + 1, after.epoch), to: after.epoch });
    }
    // Commands and servers keep the same changes, each in lines of its own.
    for (const entry of entries) {
      if (!known.has(entry) && !seen.has(nameOf(entry))) result.missing.push(entry);
    }
    for (const mark of [after, ...entries]) {
      if (!known.has(mark)) seen.add(nameOf(mark));
      if (mark.epoch >= result.newest.epoch) result.newest = { epoch: mark.epoch, at: mark.at };
    }
  }
}

const nameOf = ({ epoch, at }: Mark): string => `${epoch} ${at}`;
