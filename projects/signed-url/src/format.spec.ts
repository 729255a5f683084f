import { SignedUrlError } from './errors.ts';
import { formatSignedUrl } from './format.ts';

const kid = 'oKGio6SlpqeoqaqrrK2urw';
const sid = 'sLGys7S1tre4ubq7vL2-vw';
const sig = 'A'.repeat(43);
const sample = { authority: 'cdn.example.com', path: 'public/team/a.jpg', exp: 1_767_225_600, kid, sid, sig };

describe('formatSignedUrl', () => {
  it('writes sig, exp, kid, sid and, when there is one, dl', () => {
    const url = `https://cdn.example.com/public/team/a.jpg?sig=${sig}&exp=1767225600&kid=${kid}&sid=${sid}`;
    expect(formatSignedUrl('https://cdn.example.com', sample)).toBe(url);
    expect(formatSignedUrl('https://cdn.example.com', { ...sample, dl: '' })).toBe(url + '&dl=');
    expect(formatSignedUrl('https://cdn.example.com', { ...sample, dl: 'a b' })).toBe(url + '&dl=a%20b');
  });

  it('puts the path below the prefix of the base', () => {
    expect(formatSignedUrl('http://127.0.0.1:3000/cdn', sample)).toMatch(
      /^http:\/\/127\.0\.0\.1:3000\/cdn\/public\//,
    );
  });

  it('throws for a base that would not lead to the path', () => {
    const bases = [
      '',
      'cdn.example.com',
      '//cdn.example.com',
      'ftp://cdn.example.com',
      'https://',
      'https://cdn.example.com/',
      'https://cdn.example.com/cdn/',
      'https://cdn.example.com?x=',
      'https://cdn.example.com#',
      'https://user@cdn.example.com',
      'https://cdn.example.com/../x',
      'https://CDN.example.com',
      'https://cdn.example.com\n',
    ];
    for (const base of bases)
      expect(() => formatSignedUrl(base, sample))
        .withContext(JSON.stringify(base))
        .toThrowError(SignedUrlError, /^base/);
  });

  it('throws for a field that could break the URL', () => {
    for (const change of [
      { sig: '' },
      { sig: 'A'.repeat(42) + 'B' },
      { sig: sig + '&dl=x' },
      { exp: 17 },
      { kid: kid + '&' },
      { sid: '' },
      { path: 'a?b/../c' },
      { dl: 'a/b' },
    ])
      expect(() => formatSignedUrl('https://cdn.example.com', { ...sample, ...change }))
        .withContext(JSON.stringify(change))
        .toThrowError(SignedUrlError);
  });

  it('throws instead of writing a target that every holder refuses as longer than 2048 bytes', () => {
    const dl = 'ë'.repeat(127);
    const path = ['日'.repeat(85), 'a'.repeat(255), 'a'.repeat(142)].join('/');
    const base = 'https://cdn.example.com';
    expect(formatSignedUrl(base, { ...sample, path, dl }).slice(base.length)).toHaveSize(2048);
    expect(() => formatSignedUrl(base, { ...sample, path: path + 'a', dl })).toThrowError(/2048/);
  });
});
