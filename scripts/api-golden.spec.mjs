/* global describe, it, expect, jasmine */
import { apiEntries, apiProblems, declarations, difference } from './api-golden.mjs';

const primary = {
  entry: '@countersign/angular',
  golden: 'public-api.d.ts',
  reviewed: 'a\nb\n',
  built: 'a\nb\n',
};
const image = { ...primary, entry: '@countersign/angular/image', golden: 'image.d.ts' };

describe('the public API, compared with the reviewed one', () => {
  it('has a golden for each entry that exports types', () => {
    const exports = {
      './package.json': { default: './package.json' },
      '.': { types: './types/a.d.ts', default: './fesm2022/a.mjs' },
      './image': { types: './types/a-image.d.ts', default: './fesm2022/a-image.mjs' },
    };
    expect(apiEntries({ name: '@countersign/angular', exports })).toEqual([
      { entry: '@countersign/angular', types: './types/a.d.ts', golden: 'public-api.d.ts' },
      { entry: '@countersign/angular/image', types: './types/a-image.d.ts', golden: 'image.d.ts' },
    ]);
  });

  it('is fine when nothing changed, whatever the source map and the line ends', () => {
    const entry = { ...primary, built: declarations('a\r\nb\n//# sourceMappingURL=a.d.ts.map\n') };
    expect(apiProblems([entry, image], ['public-api.d.ts', 'image.d.ts'])).toEqual([]);
  });

  it('shows a changed line, and how to take it as reviewed', () => {
    const [problem, ...others] = apiProblems(
      [primary, { ...image, built: 'a\nc\n' }],
      ['public-api.d.ts', 'image.d.ts'],
    );
    expect(others).toEqual([]);
    expect(problem).toContain('@countersign/angular/image');
    expect(problem).toContain('   2 - b\n     + c');
    expect(problem).toContain('node scripts/check-api.mjs --write');
  });

  it('refuses a new entry without golden, and says what to run', () => {
    const [problem] = apiProblems([primary, { ...image, reviewed: undefined }], ['public-api.d.ts']);
    expect(problem).toContain('@countersign/angular/image has no image.d.ts yet');
    expect(problem).toContain('node scripts/check-api.mjs --write');
  });

  it('refuses a golden whose entry is no longer built', () => {
    const problems = apiProblems([primary], ['public-api.d.ts', 'image.d.ts']);
    expect(problems).toEqual([jasmine.stringContaining('image.d.ts belongs to no entry')]);
  });

  it('finds the shortest difference, also where lines repeat', () => {
    expect(difference(['x', 'a', 'x'], ['x', 'x'])).toEqual(['   2 - a']);
    expect(difference([], ['x', 'y'])).toEqual(['     + x', '     + y']);
    expect(difference(['x', 'x'], ['x', 'x'])).toEqual([]);
  });
});
