/* global describe, it, expect */
import { examplesIn } from './examples.mjs';

const fence = '```';

describe('examples of a page or a docstring', () => {
  it('are the ts and html blocks of a page, with the line they begin on', () => {
    const page = [
      '# A',
      `${fence}ts`,
      'const a = 1;',
      '',
      'a;',
      fence,
      `${fence}sh`,
      'ls',
      fence,
      `${fence}html`,
      '<b></b>',
      fence,
    ];
    expect(examplesIn(page.join('\n'), 'a.md')).toEqual([
      { file: 'a.md', line: 3, language: 'ts', code: 'const a = 1;\n\na;' },
      { file: 'a.md', line: 11, language: 'html', code: '<b></b>' },
    ]);
  });

  it('lose the asterisks of a docstring, and keep their own indentation', () => {
    const source = [
      '  /**',
      `   * ${fence}ts`,
      '   * if (a) {',
      '   *   b();',
      '   *',
      '   * }',
      `   * ${fence}`,
      '   */',
    ];
    expect(examplesIn(source.join('\n'), 'a.ts')[0].code).toBe('if (a) {\n  b();\n\n}');
  });

  it('are no templates where they belong into an index.html', () => {
    const page = [`${fence}html`, '<link rel="preconnect" href="https://cdn.example.com" />', fence];
    expect(examplesIn(page.join('\n'), 'a.md')).toEqual([]);
  });

  it('are a file of the application where the page says so', () => {
    const page = ['<!-- app: src/app/a.ts -->', '', `${fence}ts`, 'a;', fence, `${fence}ts`, 'b;', fence];
    expect(examplesIn(page.join('\n'), 'a.md').map(({ path }) => path)).toEqual(['src/app/a.ts', undefined]);
    const index = ['<!-- app: src/index.html -->', '', `${fence}html`, '<app-root></app-root>', fence];
    expect(examplesIn(index.join('\n'), 'a.md')).toEqual([]);
  });

  it('have an end', () => {
    expect(() => examplesIn(`text\n${fence}ts\na;`, 'a.md')).toThrowError('a.md:2: this example has no end');
  });
});
