import { open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolder } from '../platform/make-folder.ts';
import { syncFolder } from '../platform/sync-folder.ts';

/** Where signed lines go, out of the reach of whoever owns the database. A bucket would be another one. */
export interface CheckpointSink {
  /** @returns the last whole line that it holds; undefined when there is none, or it cannot be read back */
  last(): Promise<string | undefined>;
  /** Keeps the line when it returns. @param line without its line feed */
  append(line: string, at: Date): Promise<void>;
  /**
   * @param text some of a line, as it is written
   * @returns the last whole line that holds it and all whole lines after that, oldest first; none when no line does;
   *   undefined when they cannot be read back
   */
  tail(text: string): Promise<string[] | undefined>;
  /** Every line, oldest first; undefined when they cannot be read back. */
  lines(): AsyncIterable<string> | undefined;
}

const LF = 0x0a;
const FILE = /^\d{4}-\d{2}\.ndjson$/;

/** One file for each month, `2026-11.ndjson`, only ever appended to and synced after each line. */
export class FileSink implements CheckpointSink {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async last(): Promise<string | undefined> {
    for (const file of (await this.#files()).reverse()) {
      const text = await readFile(file, 'utf8');
      const lines = text.slice(0, text.lastIndexOf('\n') + 1).trimEnd();
      if (lines !== '') return lines.slice(lines.lastIndexOf('\n') + 1);
    }
    return undefined;
  }

  async tail(text: string): Promise<string[]> {
    let after: string[] = [];
    for (const file of (await this.#files()).reverse()) {
      const lines = (await readFile(file, 'utf8')).split('\n');
      // What follows the last line feed was torn, or is nothing.
      after = [...lines.slice(0, -1), ...after];
      const index = after.findLastIndex((line) => line.includes(text));
      if (index >= 0) return after.slice(index);
    }
    return [];
  }

  async append(line: string, at: Date): Promise<void> {
    const name = `${at.toISOString().slice(0, 7)}.ndjson`;
    await makeFolder(this.#folder, 0o700);
    const handle = await open(join(this.#folder, name), 'a+', 0o600);
    try {
      await dropTornLine(handle);
      await handle.appendFile(`${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(this.#folder);
  }

  lines(): AsyncIterable<string> {
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

async function* linesOf(files: () => Promise<string[]>): AsyncGenerator<string> {
  for (const file of await files()) yield* linesOfFile(file);
}

/** The lines of a text file. */
export function linesOfFile(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}

/** What a power cut tore was never kept; its beginning must not spoil the next line. */
async function dropTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
  if (size === 0 || buffer[0] === LF) return;
  const text = await handle.read(Buffer.alloc(size), 0, size, 0);
  // On a disk that only lets files grow, it stays as a damaged line of its own.
  await handle.truncate(text.buffer.lastIndexOf(LF) + 1).catch(() => handle.appendFile('\n'));
}

/** Standard output, for whoever collects logs out of the database owner's reach. Each process begins a chain. */
export const stdoutSink = (stream: NodeJS.WritableStream = process.stdout): CheckpointSink => ({
  last: () => Promise.resolve(undefined),
  tail: () => Promise.resolve(undefined),
  append: (line) =>
    new Promise((resolve, reject) => {
      stream.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    }),
  lines: () => undefined,
});
