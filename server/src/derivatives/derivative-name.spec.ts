import {
  DERIVATIVE_FORMATS,
  DERIVATIVE_WIDTHS,
  DERIVED_ENDS,
  derivativeOf,
  derivedPath,
  pathOfDerivative,
  type DerivativeWidth,
} from './derivative-name.ts';

describe('The path of a smaller picture', () => {
  it('names the width, the format and the original, and is found again by its end', () => {
    for (const width of DERIVATIVE_WIDTHS) {
      for (const format of DERIVATIVE_FORMATS) {
        const derivative = derivativeOf(width, format);
        const path = pathOfDerivative('public/team/a.jpg', derivative);
        expect(path).toBe(`public/team/a.jpg/~${width}.${format}`);
        expect(derivedPath(path)).toEqual({ of: 'public/team/a.jpg', derivative });
        expect(DERIVED_ENDS.filter((end) => path.endsWith(end))).toEqual([`/~${width}.${format}`]);
      }
    }
    expect(DERIVED_ENDS.length).toBe(8);
    expect(derivativeOf(640).format).toBe('webp');
    expect(() => derivativeOf(641 as DerivativeWidth)).toThrowError(RangeError);
  });

  for (const path of [
    ...['~160.webp', '/~160.webp', 'a.jpg/160.webp', 'a.jpg/x~160.webp', 'a.jpg/~160.png', 'a.jpg/~'],
    ...[
      'a.jpg/~160.webp/b',
      'a.jpg/~0160.webp',
      'a.jpg/~160.WEBP',
      'a.jpg~160.webp',
      '',
      '/',
      'a/~~160.webp',
    ],
  ]) {
    it(`is none: ${path}`, () => {
      expect(derivedPath(path)).toBeUndefined();
    });
  }
});
