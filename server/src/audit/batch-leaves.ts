import { MARK_BYTES, marksOf } from './batch.ts';
import { HASH_BYTES } from './leaf.ts';

/** The leaf hashes of one batch, as its rows come. */
export class BatchLeaves {
  #buffer = Buffer.alloc(1024 * HASH_BYTES);
  #rowNumbers: number[] = [];

  clear(): void {
    this.#rowNumbers = [];
  }

  add(rowNo: number, leaf: Buffer): void {
    const at = this.count * HASH_BYTES;
    if (at + HASH_BYTES > this.#buffer.length)
      this.#buffer = Buffer.concat([this.#buffer], this.#buffer.length * 2);
    leaf.copy(this.#buffer, at);
    this.#rowNumbers.push(rowNo);
  }

  get count(): number {
    return this.#rowNumbers.length;
  }

  /** One after the other. Valid until the next `add`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.count * HASH_BYTES);
  }

  /** @param marks of the rows that were sealed @returns row numbers that do not agree */
  compare(marks: Buffer): { missing: number[]; added: number[]; changed: number[] } {
    const sealed = byRowNumber(marks);
    const present = byRowNumber(marksOf(this.bytes, this.#rowNumbers));
    const has = (rows: ReadonlyMap<number, unknown>) => (rowNo: number) => rows.has(rowNo);
    const seen = new Set<number>();
    const doubled = this.#rowNumbers.filter((rowNo) => seen.has(rowNo) || !seen.add(rowNo));
    return {
      missing: [...sealed.keys()].filter((rowNo) => !has(present)(rowNo)),
      added: [...[...present.keys()].filter((rowNo) => !has(sealed)(rowNo)), ...doubled],
      changed: [...present].flatMap(([rowNo, mark]) =>
        has(sealed)(rowNo) && sealed.get(rowNo) !== mark ? [rowNo] : [],
      ),
    };
  }
}

function byRowNumber(marks: Buffer): Map<number, string> {
  const result = new Map<number, string>();
  for (let at = 0; at + MARK_BYTES <= marks.length; at += MARK_BYTES) {
    result.set(marks.readInt32BE(at), marks.toString('hex', at + 4, at + MARK_BYTES));
  }
  return result;
}
