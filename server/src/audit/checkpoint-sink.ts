import { open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolder } from '../platform/make-folder.ts';
import { syncFolder } from '../platform/sync-folder.ts';

/** One line of a sink, and where it stands. */
export interface SinkLine {
  /** Without its line feed. */
  text: string;
  /** Path of a file, or address of an object. */
  file: string;
  /** From 1 in its file. */
  number: number;
  /** Of files of one month: `2026-11`. A line of another month was not written there. */
  month?: string;
  /** Of a bucket: number of the object. A line that names another was not written there. */
  place?: number;
}

/** Where signed lines go, out of the reach of whoever owns the database. A bucket would be another one. */
export interface CheckpointSink {
  /**
   * @param without some of lines that are passed over, as it is written
   * @returns the last whole line that it holds; undefined when there is none, or it cannot be read back
   */
  last(without?: string): Promise<string | undefined>;
  /**
   * Keeps a line when it returns.
   *
   * @param write makes the line, without its line feed; of a bucket for the number that its object gets, and anew when
   *   another object has got that
   * @returns the line that is kept
   */
  append(write: (place?: number) => string, at: Date): Promise<string>;
  /**
   * @param text some of a line, as it is written
   * @returns whole lines, oldest first: at least the last that holds it and all after that, and as many before as say
   *   whether it stands where it was written; none when no line holds it; undefined when they cannot be read back
   */
  tail(text: string): Promise<SinkLine[] | undefined>;
  /** Every line, oldest first; undefined when they cannot be read back. */
  lines(): AsyncIterable<string> | undefined;
  /** The same, each with its place. */
  placed(): AsyncIterable<SinkLine> | undefined;
  /** Gives back what is open: idle connections. Not there: nothing is. */
  close?(): void;
}

const LF = 0x0a;
const FILE = /^\d{4}-\d{2}\.ndjson$/;

/**
 * One file for each month, `2026-11.ndjson`, only ever appended to and synced after each line. A server and commands may
 * append to the same at the same time: each line is one write, and none is taken back.
 */
export class FileSink implements CheckpointSink {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async last(without?: string): Promise<string | undefined> {
    for (const file of (await this.#files()).reverse()) {
      const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
      const last = lines.findLast(
        (line) => line.trim() !== '' && (without === undefined || !line.includes(without)),
      );
      if (last !== undefined) return last;
    }
    return undefined;
  }

  async tail(text: string): Promise<SinkLine[]> {
    let after: SinkLine[] = [];
    for (const file of (await this.#files()).reverse()) {
      // What follows the last line feed was torn, or is nothing.
      const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
      const month = monthOf(file);
      after = [...lines.map((line, i) => ({ text: line, file, number: i + 1, month })), ...after];
      if (lines.some((line) => line.includes(text))) return after;
    }
    return [];
  }

  async append(write: () => string, at: Date): Promise<string> {
    const name = `${at.toISOString().slice(0, 7)}.ndjson`;
    await makeFolder(this.#folder, 0o700);
    const handle = await open(join(this.#folder, name), 'a+', 0o600);
    const line = write();
    try {
      await handle.appendFile(`${(await isTorn(handle)) ? '\n' : ''}${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(this.#folder);
    return line;
  }

  lines(): AsyncIterable<string> {
    return textsOf(this.placed());
  }

  placed(): AsyncIterable<SinkLine> {
    return linesOf(() => this.#files());
  }

  async #files(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => FILE.test(name))
      .sort()
      .map((name) => join(this.#folder, name));
  }
}

const monthOf = (file: string): string => basename(file, '.ndjson');

async function* linesOf(files: () => Promise<string[]>): AsyncGenerator<SinkLine> {
  for (const file of await files()) {
    for await (const line of placedLinesOfFile(file)) yield { ...line, month: monthOf(file) };
  }
}

/** @returns what the lines say, without their places */
export async function* textsOf(lines: AsyncIterable<SinkLine>): AsyncGenerator<string> {
  for await (const { text } of lines) yield text;
}

/** The lines of a text file. */
export function linesOfFile(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}

/** The lines of a text file, each with its number; it is opened when the first is asked for. */
export async function* placedLinesOfFile(file: string): AsyncGenerator<SinkLine> {
  let number = 0;
  for await (const text of linesOfFile(file)) yield { text, file, number: (number += 1) };
}

/**
 * Whether a power cut tore the last line: it was never kept, stays as a damaged line of its own, and must not spoil the
 * next one. It may also be a line that another process is writing at this moment; then there is an empty line too many.
 */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
  return size > 0 && buffer[0] !== LF;
}

/** Standard output, for whoever collects logs out of the database owner's reach. Each process begins a chain. */
export const stdoutSink = (stream: NodeJS.WritableStream = process.stdout): CheckpointSink => ({
  last: () => Promise.resolve(undefined),
  tail: () => Promise.resolve(undefined),
  append: (write) =>
    new Promise((resolve, reject) => {
      const line = write();
      stream.write(`${line}\n`, (error) => (error ? reject(error) : resolve(line)));
    }),
  lines: () => undefined,
  placed: () => undefined,
});
