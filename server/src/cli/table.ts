import { cutToWidth, displayWidth, printable } from './display-width.ts';
import type { Terminal } from './terminal.ts';

const GAP = '  ';
const NARROWEST = 8;

/**
 * A table with aligned columns. For a person it is no wider than the terminal: the widest columns are cut.
 *
 * @param head names of the columns
 * @param rows texts, as many in each as in `head`
 * @returns lines, each with its line feed
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): string {
  const texts = rows.map((row) => row.map(printable));
  const widths = head.map((name, column) =>
    Math.max(displayWidth(name), ...texts.map((row) => displayWidth(row[column] ?? ''))),
  );
  const room = terminal.columns === undefined ? Infinity : terminal.columns - GAP.length * (head.length - 1);
  narrow(widths, room);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padded(cutToWidth(cell, widths[column] ?? 0), widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return [terminal.paint('bold', line(head)), ...texts.map(line)].map((text) => `${text}\n`).join('');
}

/**
 * Names and values under each other.
 *
 * @returns lines, each with its line feed
 */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => displayWidth(name)));
  return pairs.map(([name, value]) => `  ${padded(name, width)}${GAP}${printable(value)}\n`).join('');
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Takes columns from the widest until all fit, or none can give more. */
function narrow(widths: number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return;
    const column = widths.indexOf(widest);
    widths[column] = widest - 1;
    over -= 1;
  }
}
