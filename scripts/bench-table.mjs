// The table of `npm run bench`: one row for each figure that a benchmark resolved.

const header = ['what', 'measured', 'floor', 'unit', 'ratio', 'to hold', ''];

/**
 * @param figures rates `{ name, rate, floor, ratio, hold, unit? }`, held when the ratio is at least `hold`, and sizes
 *   `{ name, size, most?, unit }`, held when the size is `most` or less; a size without `most` is only there to compare
 * @returns a Markdown table whose columns also line up in a terminal
 */
export function benchTable(figures) {
  const rows = [header, ...figures.map((figure) => ('size' in figure ? sizeRow(figure) : rateRow(figure)))];
  const widths = header.map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join(
    '\n',
  );
}

function rateRow({ name, rate, floor, unit = '/s', ratio, hold }) {
  const verdict = ratio >= hold ? 'held' : 'missed';
  return [name, number(rate), number(floor), unit, ratio.toFixed(2), hold.toFixed(2), verdict];
}

/** Bytes are exact: rounding could turn a missed limit into a held one. */
function sizeRow({ name, size, most, unit }) {
  const limit = most === undefined ? ['', ''] : [`<= ${exact(most)}`, size <= most ? 'held' : 'missed'];
  return [name, exact(size), '', unit, '', ...limit];
}

function number(value) {
  return value === undefined ? '' : value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

function exact(value) {
  return value.toLocaleString('en');
}
