/* global describe, it, expect */
import { benchTable } from './bench-table.mjs';

const rate = { name: 'sign', rate: 296_212, floor: 414_311, ratio: 0.71, hold: 0.6 };
const size = { name: 'library', size: 4_433, most: 4_500, unit: 'B gzip' };

/** @returns the cells of the figure's row */
function row(figure) {
  return benchTable([figure])
    .split('\n')[2]
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('the table of npm run bench', () => {
  it('holds a rate at its ratio or more', () => {
    expect(row(rate)).toEqual(['sign', '296,200', '414,300', '/s', '0.71', '0.60', 'held']);
    expect(row({ ...rate, ratio: 0.6 }).at(-1)).toBe('held');
    expect(row({ ...rate, ratio: 0.59 }).at(-1)).toBe('missed');
  });

  it('holds a size at its most or less, to the byte', () => {
    expect(row(size)).toEqual(['library', '4,433', '', 'B gzip', '', '<= 4,500', 'held']);
    expect(row({ ...size, size: 4_500 }).at(-1)).toBe('held');
    expect(row({ ...size, size: 4_501 }).at(-1)).toBe('missed');
    expect(row({ ...size, size: 7_500_001, most: 7_500_000 })[1]).toBe('7,500,001');
  });

  it('shows a size that is only compared with, without a verdict', () => {
    const { name, unit } = size;
    expect(row({ name, size: 10_033, unit })).toEqual(['library', '10,033', '', 'B gzip', '', '', '']);
  });

  it('lines its columns up', () => {
    const lengths = benchTable([rate, size])
      .split('\n')
      .map((line) => line.length);
    expect(new Set(lengths).size).toBe(1);
  });
});
