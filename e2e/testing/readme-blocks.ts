import { readFile } from 'node:fs/promises';

/** The blocks of a README that a test follows: the first fenced code after each `<!-- MARK: NAME -->`. */
export class ReadmeBlocks {
  readonly #blocks: ReadonlyMap<string, string>;
  readonly #addresses: Readonly<Record<string, string>>;

  private constructor(blocks: ReadonlyMap<string, string>, addresses: Readonly<Record<string, string>>) {
    this.#blocks = blocks;
    this.#addresses = addresses;
  }

  /**
   * @param file the README
   * @param mark e.g. `fresh-app`
   */
  static async read(file: URL, mark: string): Promise<ReadmeBlocks> {
    const text = await readFile(file, 'utf8');
    const marked = new RegExp(`^<!-- ${mark}: (\\S+) -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
    return new ReadmeBlocks(
      new Map([...text.matchAll(marked)].map(([, name = '', code = '']) => [name, code])),
      {},
    );
  }

  /** The same blocks with the example addresses replaced by real ones; nothing else is ever changed. */
  at(addresses: Readonly<Record<string, string>>): ReadmeBlocks {
    return new ReadmeBlocks(this.#blocks, addresses);
  }

  /** Names of blocks, e.g. of those that are files. */
  get names(): string[] {
    return [...this.#blocks.keys()];
  }

  /** @throws Error when the README has no such block (any more) */
  get(name: string): string {
    const code = this.#blocks.get(name);
    if (code === undefined) throw new Error(`The README has no block ${name}`);
    return Object.entries(this.#addresses).reduce((text, [from, to]) => text.replaceAll(from, to), code);
  }
}
