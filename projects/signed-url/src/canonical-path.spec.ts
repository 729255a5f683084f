import fc from 'fast-check';
import { choices, hostileText, key, respelled } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { canonicalDownloadName, canonicalPath } from './canonical-path.ts';
import { SignedUrlError } from './errors.ts';
import { parsePath } from './parse-path.ts';

describe('canonicalPath', () => {
  it('keeps unreserved characters and encodes everything else with upper-case hex', () => {
    expect(canonicalPath('public/team/avatar-2.jpg')).toBe('/public/team/avatar-2.jpg');
    expect(canonicalPath("A-Z_a.z~0/it's (1)!*é.jpg")).toBe('/A-Z_a.z~0/it%27s%20%281%29%21%2A%C3%A9.jpg');
  });

  it('encodes every ASCII character as RFC 3986 says', () => {
    for (let code = 0x21; code < 0x7f; code++) {
      const character = String.fromCharCode(code);
      if ('/\\%'.includes(character)) continue;
      const escaped = '%' + code.toString(16).toUpperCase();
      expect(canonicalPath(`a${character}`)).toBe(
        '/a' + (/[A-Za-z0-9._~-]/.test(character) ? character : escaped),
      );
    }
  });

  it('throws a SignedUrlError with code path and without the refused value', () => {
    expect(() => canonicalPath('secret/../key')).toThrowMatching(
      (error) =>
        error instanceof SignedUrlError && error.code === 'path' && !error.message.includes('secret'),
    );
  });

  it('accepts segments up to 255 bytes and keys up to 1024 bytes, counted in UTF-8', () => {
    const longest = Array.from({ length: 5 }, () => 'a'.repeat(204)).join('/');
    expect(canonicalPath('a'.repeat(255))).toHaveSize(256);
    expect(() => canonicalPath('a'.repeat(256))).toThrowError(/255 bytes/);
    expect(canonicalPath('ë'.repeat(127))).toHaveSize(1 + 127 * 6);
    expect(() => canonicalPath('ë'.repeat(128))).toThrowError(/255 bytes/);
    expect(canonicalPath(longest)).toHaveSize(1025);
    expect(() => canonicalPath(longest + 'a')).toThrowError(/1024 bytes/);
  });

  it('refuses a key that could be stored but never signed, because its encoding fills the target', () => {
    const key = ['日'.repeat(85), '日'.repeat(85), 'a'.repeat(255)];
    expect(canonicalPath(key.join('/'))).toHaveSize(3 + 2 * 765 + 255);
    expect(() => canonicalPath([...key, 'a'.repeat(200)].join('/'))).toThrowError(/no room/);
  });

  it('is idempotent: reading its result gives the key, and encoding that gives the result', () => {
    fc.assert(
      fc.property(key, (of) => {
        const canonical = canonicalPath(of);
        expect(parsePath(canonical)).toEqual({ ok: true, path: of, canonical });
      }),
      runs(400),
    );
  });

  it('is what every other spelling of the key is read as', () => {
    fc.assert(
      fc.property(key, choices, (of, choice) => {
        const canonical = canonicalPath(of);
        expect(parsePath(respelled(canonical, choice))).toEqual({ ok: true, path: of, canonical });
      }),
      runs(400),
    );
  });

  it('agrees with parsing on what a key is, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const signable = outcome(() => canonicalPath(text));
        const encoded = outcome(() => '/' + text.split('/').map(encodeURIComponent).join('/'));
        expect(encoded !== undefined && parsePath(encoded).ok).toBe(signable !== undefined);
      }),
      runs(1000),
    );
  });

  it('is injective: different keys have different canonical paths', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(canonicalPath(one) === canonicalPath(other)).toBe(one === other);
      }),
      runs(200),
    );
  });
});

describe('canonicalDownloadName', () => {
  it('encodes like one path segment, and lets the empty name through', () => {
    expect(canonicalDownloadName('')).toBe('');
    expect(canonicalDownloadName('Zoë & Ada.pdf')).toBe('Zo%C3%AB%20%26%20Ada.pdf');
  });

  it('throws a SignedUrlError with code parameter for what is no file name', () => {
    for (const name of ['a/b', '..', '.', 'a\\b', '100%', 'a\nb', 'Zoe\u0308', 'a'.repeat(256)])
      expect(() => canonicalDownloadName(name)).toThrowMatching(
        (error) => error instanceof SignedUrlError && error.code === 'parameter',
      );
  });
});

function outcome(of: () => string): string | undefined {
  try {
    return of();
  } catch {
    return undefined;
  }
}
