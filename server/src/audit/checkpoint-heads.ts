import type { KeyObject } from 'node:crypto';
import { isSignedBy, isTorn, lineHash, readCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import { keyId } from './signing-key.ts';

/** Heads that are kept to say where a chain was rewritten; of a larger number, the last of each chain. */
const MOST_HEADS = 500_000;

interface Claims {
  last: number;
  seals: Map<number, string>;
}

/** What signed checkpoints say of the chains. */
export class CheckpointHeads {
  /** Checkpoints of chains whose signature holds. */
  checkpoints = 0;
  readonly #claims = new Map<string, Claims>();
  #heads = 0;

  /** Takes a checkpoint that was signed. */
  add({ heads = [] }: Pick<Checkpoint, 'heads'>): void {
    // Other types of lines say nothing of chains.
    if (heads.length > 0) this.checkpoints += 1;
    for (const { writer, batchNo, seal } of heads) {
      const claims = this.#claims.get(writer) ?? { last: -1, seals: new Map<number, string>() };
      this.#claims.set(writer, claims);
      // The last seal of a chain proves all before it, so the others only help to find the place.
      if (this.#heads >= MOST_HEADS && claims.seals.delete(claims.last)) this.#heads -= 1;
      if (!claims.seals.has(batchNo)) this.#heads += 1;
      else if (claims.seals.get(batchNo) !== seal) {
        // Two signed checkpoints disagree, so at most one can be what is found; neither may pass.
        claims.seals.set(batchNo, 'two checkpoints disagree');
        continue;
      }
      claims.seals.set(batchNo, seal);
      claims.last = Math.max(claims.last, batchNo);
    }
  }

  /** @returns whether a checkpoint saw another seal for this batch */
  contradicts({ writer, batchNo, seal }: { writer: string; batchNo: number; seal: Buffer }): boolean {
    const claimed = this.#claims.get(writer)?.seals.get(batchNo);
    return claimed !== undefined && claimed !== seal.toString('hex');
  }

  /** @returns whether a checkpoint saw this batch, or a later one of its chain */
  saw({ writer, batchNo }: { writer: string; batchNo: number }): boolean {
    return batchNo <= (this.#claims.get(writer)?.last ?? -1);
  }

  /** The chain of this writer was read. @returns the last batch that a checkpoint saw */
  end(writer: string): number | undefined {
    const claims = this.#claims.get(writer);
    this.#claims.delete(writer);
    return claims?.last;
  }

  /** @returns the chains that were not read */
  unseen(): { writer: string; batchNo: number }[] {
    return [...this.#claims].map(([writer, { last }]) => ({ writer, batchNo: last }));
  }
}

/**
 * Reads checkpoints, oldest first.
 *
 * @param lines without line feeds; empty ones are skipped
 * @param publicKeys those that an auditor trusts
 */
export async function readCheckpoints(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKeys: readonly KeyObject[],
  findings: Findings,
): Promise<CheckpointHeads> {
  const heads = new CheckpointHeads();
  const keys = new Map(publicKeys.map((key) => [keyId(key), key]));
  const ends = new Map<string, { number: number; hash: string }>();
  let lineNumber = 0;
  let torn: (() => void) | undefined;
  for await (const line of lines) {
    lineNumber += 1;
    if (line === '') continue;
    const place = `line ${lineNumber} of the checkpoints`;
    const refuse = (text: string): void =>
      findings.add({ kind: 'checkpoint-forged', text: `${place} ${text}` });
    const checkpoint = readCheckpoint(line);
    const key = checkpoint && keys.get(checkpoint.key);
    if (!checkpoint) {
      if (isTorn(line)) torn ??= () => refuse('is damaged');
      else refuse('is damaged');
      continue;
    }
    const before = ends.get(checkpoint.chain);
    const isNext = checkpoint.number === (before?.number ?? -1) + 1 && checkpoint.previous === before?.hash;
    // Between two that follow one another no line was kept: a power cut tore it.
    if (!isNext) torn?.();
    torn = undefined;
    if (!key) refuse(`names the key ${checkpoint.key.slice(0, 16)}, which is not among those to trust`);
    else if (!isSignedBy(line, key)) refuse('is not signed by the key it names');
    else {
      // Old ones may have been archived elsewhere: a chain may begin anywhere.
      if (before && !isNext) refuse(`does not follow number ${before.number} of its chain`);
      ends.set(checkpoint.chain, { number: checkpoint.number, hash: lineHash(line) });
      heads.add(checkpoint);
    }
  }
  torn?.();
  return heads;
}
