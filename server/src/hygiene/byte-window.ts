import { readPart, type ExaminedBytes } from './examination.ts';

const WINDOW_BYTES = 1024 * 1024;

/** The bytes end where a file of their type does not. */
export class CutShortError extends Error {
  override readonly name = 'CutShortError';
}

/** Reads here and there in stored bytes of any size, and holds one part of them. */
export class ByteWindow {
  readonly size: number;
  readonly #bytes: ExaminedBytes;
  #start = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(bytes: ExaminedBytes) {
    this.#bytes = bytes;
    this.size = bytes.size;
  }

  /** @returns exactly these bytes @throws CutShortError when there are fewer */
  async at(start: number, length: number): Promise<Buffer> {
    const found = await this.upTo(start, length);
    if (found.length < length) throw new CutShortError(`no ${length} bytes at ${start}`);
    return found;
  }

  /** @returns these bytes, or as many as there are @param length at most 1 MiB */
  async upTo(start: number, length: number): Promise<Buffer> {
    const end = Math.min(start + length, this.size);
    if (start < this.#start || end > this.#start + this.#held.length) {
      this.#held = await readPart(this.#bytes, start, Math.max(length, WINDOW_BYTES));
      this.#start = start;
    }
    return this.#held.subarray(start - this.#start, Math.max(start, end) - this.#start);
  }
}
