import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Where a command writes. Results go to stdout, everything else to stderr. */
export interface Terminal {
  /** Whether a person reads stdout. */
  isPerson: boolean;
  /** Whether a person reads stderr. */
  isWatched: boolean;
  /** Columns of stdout; undefined when it has none. */
  columns: number | undefined;
  /** Writes to stdout; resolves when it may go on, so that a slow reader slows the writer. */
  write(text: string): Promise<void>;
  /** Writes a line to stderr. */
  say(line: string): void;
  /** Shows a text in place of the one that was counted before, on stderr. Only where a person watches. */
  count(text: string): void;
  /** Colours text for stdout, where there are colours. */
  paint(style: Style, text: string): string;
}

/** The real terminal. Colours only for a person, and never with NO_COLOR (no-color.org) or TERM=dumb. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isPerson = stdout.isTTY === true;
  const colours = isPerson && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  for (const stream of [stdout, stderr]) {
    // Whoever reads has had enough (`| head`): that is no error of ours.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    isPerson,
    isWatched: stderr.isTTY === true,
    columns: isPerson ? stdout.columns : undefined,
    write: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => resolve());
      }),
    say: (line) => void stderr.write(`${line}\n`),
    count: (text) => void stderr.write(`\r\x1b[K${text}`),
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
  };
}
