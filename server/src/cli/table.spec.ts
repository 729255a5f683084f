import fc from 'fast-check';
import { cutToWidth, displayWidth, printable } from './display-width.ts';
import { table } from './table.ts';

const plain = { columns: undefined, paint: (_style: string, text: string) => text };

describe('a table', () => {
  it('keeps its columns aligned beside wide, combining and emoji characters', () => {
    const names = ['Ada', '李小龙', 'Zoe\u0301', '🧑‍💻 dev', 'ﾊﾝｶｸ', '김'];
    const text = table(
      ['name', 'owns'],
      names.map((name) => [name, '1']),
      plain,
    );
    const columns = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => displayWidth(line.slice(0, line.lastIndexOf('1'))));
    expect(new Set(columns).size).toBe(1);
    expect(names.map(displayWidth)).toEqual([3, 6, 3, 6, 4, 2]);
  });

  it('is no wider than the terminal, and cuts the widest columns first', () => {
    const text = table(['id', 'path'], [['ada', '画'.repeat(60)]], { ...plain, columns: 40 });
    const [, row = ''] = text.split('\n');
    expect(displayWidth(row)).toBeLessThanOrEqual(40);
    expect(row).toMatch(/^ada {2}画+…$/);
  });

  it('lets no text move the cursor, end the line or turn the direction', () => {
    const text = table(['name'], [['a\x1b[31m\nb\u202ec\r\x9b2J\u0007']], plain);
    expect(text).toBe(`name\na\ufffd[31m\ufffdb\ufffdc\ufffd\ufffd2J\ufffd\n`);
  });

  it('never cuts through a character, whatever the text and the width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).map(printable),
        fc.integer({ min: 1, max: 30 }),
        (text, width) => {
          const cut = cutToWidth(text, width);
          expect(displayWidth(cut)).toBeLessThanOrEqual(width);
          expect(text.startsWith(cut.replace(/…$/, '')) || cut === text).toBe(true);
        },
      ),
    );
  });
});
