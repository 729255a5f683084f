import type { KeyObject } from 'node:crypto';
import type { SinkLine } from '../audit/checkpoint-sink.ts';
import { isSignedBy, lineHash, readCheckpoint, type Checkpoint } from '../audit/checkpoint.ts';
import { keyId } from '../audit/signing-key.ts';
import { CHANGES, CHANGES_TEXT, lastMark, readRecordedChanges, type RecordedChanges } from './change-line.ts';

/** The checkpoints cannot be believed to be whole, and of this deployment alone. */
export class CheckpointsDamaged extends Error {
  constructor(what: string) {
    super(`${what}. Put back an undamaged copy of the file`);
    this.name = 'CheckpointsDamaged';
  }
}

/** Whose lines are believed. */
export interface LineTrust {
  /** Public keys: that of AUDIT_SIGNING_KEY, and those of AUDIT_PREVIOUS_KEYS. */
  keys: readonly KeyObject[];
  /** Only lines of this one, if they say of which they are; undefined: the database does not know it yet. */
  deployment: string | undefined;
  /** Lines of keys that nobody has any more are taken as they are: an operator has said so. */
  acceptsUnsigned?: boolean | undefined;
}

/**
 * Follows the lines of a sink, in which each names the one before it in its chain, and gives what was recorded of changes.
 * A damaged line between two that follow one another was never kept: a power cut tore it. So was one at the end.
 *
 * @param lines oldest first
 * @throws CheckpointsDamaged that names file and line: one that was changed, moved, taken out, or made by somebody who has
 *   no key of this deployment. Believed, it could destroy keys
 */
export async function* recordedLines(
  lines: AsyncIterable<SinkLine> | Iterable<SinkLine>,
  trust: LineTrust,
): AsyncGenerator<RecordedChanges> {
  const ends = new Map<string, { number: number; line: SinkLine; checkpoint: Checkpoint }>();
  let damaged: SinkLine | undefined;
  for await (const line of lines) {
    if (line.text === '') continue;
    const checkpoint = readCheckpoint(line.text);
    if (!checkpoint) {
      damaged ??= line;
      continue;
    }
    const before = ends.get(checkpoint.chain);
    const isNext =
      before && checkpoint.number === before.number + 1 && checkpoint.previous === lineHash(before.line.text);
    if (damaged && !isNext) throw damage(damaged, 'is damaged');
    // Old ones may have been archived elsewhere: a chain may begin anywhere.
    if (before && !isNext) throw damage(line, 'does not follow: one before it is missing or changed');
    damaged = undefined;
    requirePlace(line, checkpoint);
    ends.set(checkpoint.chain, { number: checkpoint.number, line, checkpoint });
    if (checkpoint.type !== CHANGES) continue;
    requireTrusted(line, checkpoint, trust);
    const changes = readRecordedChanges(checkpoint.changes);
    if (!changes) throw damage(line, 'does not say what it is to say');
    if (trust.deployment !== undefined && (changes.deployment ?? trust.deployment) !== trust.deployment)
      throw damage(line, 'is of another deployment: each needs a place of its own');
    yield changes;
  }
  // Each line vouches for those before it; the last of a chain has nobody who does.
  for (const { line, checkpoint } of ends.values()) {
    const key = keyOf(checkpoint, trust);
    if (key && !isSignedBy(line.text, key)) throw damage(line, 'is not signed by the key it names');
  }
}

/**
 * @param tail whole lines: the last line of changes, all that follow it, and some before
 * @returns what the line with the newest change says; undefined when there is none. A command may have written it in front
 *   of an older one of a server
 * @throws CheckpointsDamaged also when the last of them is damaged: whole lines are never torn
 */
export async function newestRecorded(
  tail: readonly SinkLine[],
  trust: LineTrust,
): Promise<RecordedChanges | undefined> {
  if (tail.length === 0) return undefined;
  const last = tail.findLast(({ text }) => text !== '');
  if (last && !readCheckpoint(last.text)) throw damage(last, 'is damaged, and is the last line');
  let newest: RecordedChanges | undefined;
  for await (const changes of recordedLines(tail, trust)) {
    if (!newest || lastMark(changes).epoch >= lastMark(newest).epoch) newest = changes;
  }
  const torn = tail.findLast(({ text }) => text.includes(CHANGES_TEXT));
  if (torn && !readCheckpoint(torn.text)) throw damage(torn, 'is damaged, and is the last line of changes');
  return newest;
}

const damage = ({ file, number }: SinkLine, what: string): CheckpointsDamaged =>
  new CheckpointsDamaged(`line ${number} of ${file} ${what}`);

const keyOf = ({ key }: Checkpoint, { keys }: LineTrust): KeyObject | undefined =>
  keys.find((some) => keyId(some) === key);

function requirePlace(line: SinkLine, { at, place }: Checkpoint): void {
  const isElsewhere =
    (line.month !== undefined && !at.startsWith(line.month)) ||
    (line.place !== undefined && place !== line.place);
  if (isElsewhere) throw damage(line, 'was not written there: it was copied or moved');
}

function requireTrusted(line: SinkLine, checkpoint: Checkpoint, trust: LineTrust): void {
  const key = keyOf(checkpoint, trust);
  if (key && !isSignedBy(line.text, key)) throw damage(line, 'is not signed by the key it names');
  if (key || trust.acceptsUnsigned) return;
  throw damage(
    line,
    `names the key ${checkpoint.key.slice(0, 16)}, which is neither that of AUDIT_SIGNING_KEY nor one of AUDIT_PREVIOUS_KEYS`,
  );
}
