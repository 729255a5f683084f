import type { KeyObject } from 'node:crypto';
import { isSignedBy, lineHash, readCheckpoint } from '../audit/checkpoint.ts';
import { keyId } from '../audit/signing-key.ts';
import { CHANGES, readRecordedChanges, type RecordedChanges } from './change-line.ts';

/** The checkpoints cannot be believed to be whole. */
export class CheckpointsDamaged extends Error {
  constructor(what: string) {
    super(`${what}. Put back an undamaged copy of the file`);
    this.name = 'CheckpointsDamaged';
  }
}

/**
 * Follows the lines of a sink, in which each names the one before it, and gives what was recorded of changes. A damaged
 * line between two that follow one another was never kept: a power cut tore it. So was one at the end.
 *
 * @param lines oldest first, without their line feeds
 * @param publicKey what lines that name it must be signed by; those of an earlier key are taken as they are, since all
 *   that a change can do is end something. Undefined: nobody has it here
 * @throws CheckpointsDamaged that names the line
 */
export async function* recordedLines(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKey: KeyObject | undefined,
): AsyncGenerator<RecordedChanges> {
  const ends = new Map<string, { number: number; hash: string }>();
  const ownKey = publicKey && keyId(publicKey);
  let lineNo = 0;
  let damagedAt: number | undefined;
  for await (const line of lines) {
    lineNo += 1;
    if (line === '') continue;
    const checkpoint = readCheckpoint(line);
    if (!checkpoint) {
      damagedAt ??= lineNo;
      continue;
    }
    const before = ends.get(checkpoint.chain);
    const isNext = before && checkpoint.number === before.number + 1 && checkpoint.previous === before.hash;
    if (damagedAt !== undefined && !isNext) throw new CheckpointsDamaged(`line ${damagedAt} is damaged`);
    // Old ones may have been archived elsewhere: a chain may begin anywhere.
    if (before && !isNext)
      throw new CheckpointsDamaged(`line ${lineNo} does not follow: one before it is missing or changed`);
    damagedAt = undefined;
    ends.set(checkpoint.chain, { number: checkpoint.number, hash: lineHash(line) });
    if (checkpoint.type !== CHANGES) continue;
    if (publicKey && checkpoint.key === ownKey && !isSignedBy(line, publicKey))
      throw new CheckpointsDamaged(`line ${lineNo} is not signed by the key it names`);
    const changes = readRecordedChanges(checkpoint.changes);
    if (!changes) throw new CheckpointsDamaged(`line ${lineNo} does not say what it is to say`);
    yield changes;
  }
}

/**
 * @param tail the last line of changes and all that follow it, each with its line feed
 * @returns what the last line of changes says; undefined when there is none
 * @throws CheckpointsDamaged also when the last of them is damaged: whole lines are never torn
 */
export async function lastRecorded(
  tail: readonly string[],
  publicKey: KeyObject,
): Promise<RecordedChanges | undefined> {
  if (tail.length === 0) return undefined;
  const last = tail.findLast((line) => line !== '');
  if (last !== undefined && !readCheckpoint(last)) throw new CheckpointsDamaged('the last line is damaged');
  for await (const changes of recordedLines(tail, publicKey)) return changes;
  throw new CheckpointsDamaged('the last line of changes is damaged');
}
