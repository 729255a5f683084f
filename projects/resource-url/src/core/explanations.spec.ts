import fc from 'fast-check';
import { explain, explainPath } from './explanations.ts';

const HOLDS = 'holds a backslash, percent sign, control character or signature; pass the decoded path alone';
const EMPTY = 'is empty or has a segment that is empty, "." or ".."';
const LONG = 'is longer than 1024 bytes, or has a segment longer than 255';

describe('The explanation of a path', () => {
  const cases: [string, string | undefined][] = [
    ['a.jpg', undefined],
    ['public/team/avatar-2.jpg', undefined],
    ['a b/Zoë/日本.jpg', undefined],
    ['.../..a/a..', undefined],
    ['.hidden', undefined],
    ['sig=1', undefined],
    ['assig=1&so=2', undefined],
    ['a\\b', HOLDS],
    ['a%20b', HOLDS],
    ['a\nb', HOLDS],
    ['a\u007fb', HOLDS],
    ['a\u0085b', HOLDS],
    ['a\ud800b', HOLDS],
    ['a\u202eb', HOLDS],
    ['a\u2066b', HOLDS],
    ['a\ufeffb', HOLDS],
    ['a.jpg?sig=x', HOLDS],
    ['a.jpg?x=1&sig=x', HOLDS],
    ['', EMPTY],
    ['.', EMPTY],
    ['..', EMPTY],
    ['a/./b', EMPTY],
    ['a/../b', EMPTY],
    ['a//b', EMPTY],
    ['a/', EMPTY],
    ['/a', EMPTY],
    ['a'.repeat(255), undefined],
    ['a'.repeat(256), LONG],
    [`b/${'ë'.repeat(128)}`, LONG],
    ['ë'.repeat(127), undefined],
    ['日'.repeat(85), undefined],
    ['日'.repeat(86), LONG],
    [`${'a'.repeat(255)}/`.repeat(3) + 'a'.repeat(255) + '/', EMPTY],
    [`${`${'a'.repeat(203)}/`.repeat(5)}abcd`, undefined],
    [`${`${'a'.repeat(203)}/`.repeat(5)}abcde`, LONG],
  ];
  for (const [path, explanation] of cases) {
    const name = path.length > 40 ? `${path.slice(0, 20)}... (${path.length})` : JSON.stringify(path);
    it(`${name} ${explanation ?? 'is right'}`, () => {
      expect(explainPath(path)).toBe(explanation);
    });
  }

  it('measures bytes of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
        const segment = text.replace(/[\p{Cc}\p{Bidi_C}\uFEFF\\%/?&.]/gu, 'x');
        const long = new TextEncoder().encode(segment).length > 255;
        expect(explainPath(segment)).toBe(long ? LONG : undefined);
      }),
    );
  });
});

describe('The explanation of an error', () => {
  const cases: [string, string, string][] = [
    ['invalid-path', 'a\\b', HOLDS],
    ['invalid-path', 'a/../b', EMPTY],
    ['invalid-path', 'a/b', 'has to be one segment of a path here'],
    ['invalid-path', 'name', 'is a parameter of this kind, and was not given'],
    ['invalid-path', 'https://cdn.example.com/%zz', 'is no usable URL, or badly percent-encoded'],
    ['invalid-path', 'HTTP://x/a\\b', 'is no usable URL, or badly percent-encoded'],
    ['invalid-path', 'x/https:', 'has to be one segment of a path here'],
    [
      'invalid-options',
      'a.jpg',
      'is asked for with a lifetime that is not 1 to 10080 whole minutes, or a reason other than \\w.:-',
    ],
    ['unknown-kind', 'photo', 'has no definition; write provideResourceUrls({ kinds: { ... } })'],
    ['network', 'a.jpg', 'got no answer from the signing API'],
    ['unavailable', 'a.jpg', 'was not asked for: the signing API failed several times in a row'],
    ['does-not-load', 'a.jpg', 'was signed, and its URL does not load'],
    ['request-failed', 'a.jpg', 'was not asked for: an interceptor failed'],
    [
      'malformed-answer',
      'a.jpg',
      'was not answered with {url, expiresAt, signatureId}, or the URL is neither http(s) nor same-origin',
    ],
    [
      'expired-answer',
      'a.jpg',
      'was answered with a URL that is expired already; is the clock of this device right?',
    ],
    ['cancelled', 'a.jpg', 'was dropped by clear()'],
    ['deferred', 'a.jpg', 'is not signed while rendering on the server'],
    ['http-error', 'a.jpg', 'was refused'],
    ['path-forbidden', 'https://x/', 'was refused'],
  ];
  for (const [code, path, explanation] of cases) {
    it(`${code} of ${path}: ${explanation}`, () => {
      expect(explain(code, path)).toBe(explanation);
    });
  }
});
