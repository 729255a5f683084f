import fc from 'fast-check';
import { invalidPath, normalisePath } from './normalise-path.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import { inDevelopment, inProduction } from './testing/production-build.ts';

const builds = { 'a development build': inDevelopment, 'a production build': inProduction };

describe('A normalised path', () => {
  const cases: [string, string][] = [
    ['a.jpg', 'a.jpg'],
    ['/a.jpg', 'a.jpg'],
    ['///a.jpg', 'a.jpg'],
    ['./a.jpg', 'a.jpg'],
    ['././/./a.jpg', 'a.jpg'],
    ['public//team///a.jpg', 'public/team/a.jpg'],
    ['.hidden/a.jpg', '.hidden/a.jpg'],
    ['...', '...'],
    ['Zoe\u0308.jpg', 'Zo\u00eb.jpg'],
    [' a b .jpg', ' a b .jpg'],
    ['a?b#c&d=e.jpg', 'a?b#c&d=e.jpg'],
    ['signature?mysig=1', 'signature?mysig=1'],
  ];
  for (const [text, path] of cases) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(path)} in both builds`, () => {
      expect(normalisePath(text)).toBe(path);
      expect(inDevelopment(() => normalisePath(text))).toBe(path);
      expect(inProduction(() => normalisePath(text))).toBe(path);
    });
  }

  for (const [name, build] of Object.entries(builds)) {
    for (const text of [
      ...['', '/', './', '//.//', '..', '../a', 'a/..', 'a/../b', 'a/./b', 'a/.', 'a\ud83d.jpg'],
      ...['a.jpg?sig=1', 'a.jpg?x=1&sig=1', '&sig=', 'a.jpg%3Fsig=1', 'a.jpg%3fx%26sig=1'],
    ]) {
      it(`is none for ${JSON.stringify(text)} in ${name}`, () => {
        expect(() => build(() => normalisePath(text))).toThrowError(ResourceUrlError, /^invalid-path: /);
      });
    }
  }

  for (const text of ['a/', 'a\\b', 'a%b', 'a\tb', '\ufeffa', 'a'.repeat(256)]) {
    it(`is none for ${JSON.stringify(text.slice(0, 20))} in development, and left to the server in production`, () => {
      expect(() => normalisePath(text)).toThrowError(ResourceUrlError);
      expect(() => inDevelopment(() => normalisePath(text))).toThrowError(ResourceUrlError);
      expect(inProduction(() => normalisePath(text))).toBe(text);
    });
  }

  it('is the same when it is normalised once more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        let path: string;
        try {
          path = normalisePath(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ResourceUrlError);
          return;
        }
        expect(normalisePath(path)).toBe(path);
        expect(path).toMatch(/^[^/]/);
        expect(path).not.toContain('//');
        expect(normalisePath(`/.//${path.replaceAll('/', '//')}`)).toBe(path);
      }),
    );
  });
});

describe('The error for a reference that names nothing', () => {
  it('quotes what was given, not what came of it', () => {
    expect(invalidPath('//..').message).toContain('"//.."');
    expect(() => normalisePath('//..')).toThrowError(/^invalid-path: "\/\/\.\."/);
    expect(invalidPath('x').code).toBe('invalid-path');
  });
});
