const repeat = (segment: string, times: number): string =>
  Array.from({ length: times }, () => segment).join('/');

/** A raw path that is refused, and the canonical path as which a lenient reader would take it. */
export interface RefusedRawPath {
  raw: string;
  why: string;
  lenient: string;
}

const both = '/public/b.jpg';

/** Every raw path under a rule of its own. */
export const refusedRawPaths: readonly RefusedRawPath[] = [
  { raw: '', why: 'nothing', lenient: '/' },
  { raw: '/', why: 'no key', lenient: '/' },
  { raw: 'public/b.jpg', why: 'no leading slash', lenient: both },
  { raw: '//public/b.jpg', why: 'empty first segment, which a URL parser takes for a host', lenient: both },
  { raw: '/public//b.jpg', why: 'empty segment', lenient: both },
  { raw: '/public/b.jpg/', why: 'trailing slash', lenient: both },
  { raw: 'http://cdn.example.com/public/b.jpg', why: 'absolute form', lenient: both },
  { raw: '*', why: 'asterisk form', lenient: '/' },
  { raw: '/public/./b.jpg', why: 'segment .', lenient: both },
  { raw: '/public/x/../b.jpg', why: 'segment ..', lenient: both },
  { raw: '/public/%2e/b.jpg', why: 'encoded segment .', lenient: both },
  { raw: '/public/x/%2e%2e/b.jpg', why: 'encoded segment ..', lenient: both },
  { raw: '/public/x/.%2E/b.jpg', why: 'half-encoded segment ..', lenient: both },
  { raw: '/public/x/%2E./b.jpg', why: 'half-encoded segment ..', lenient: both },
  { raw: '/public/b.jpg/..', why: 'segment .. at the end', lenient: '/public/' },
  { raw: '/public%2fb.jpg', why: 'encoded slash', lenient: both },
  { raw: '/public%2Fb.jpg', why: 'encoded slash', lenient: both },
  { raw: '/public\\b.jpg', why: 'raw backslash', lenient: both },
  { raw: '/public/x\\..\\b.jpg', why: 'raw backslashes around ..', lenient: both },
  { raw: '/public%5Cb.jpg', why: 'encoded backslash', lenient: both },
  { raw: '/public/%2562.jpg', why: 'encoded twice', lenient: both },
  { raw: '/public/%252e%252e/b.jpg', why: 'encoded twice', lenient: '/b.jpg' },
  { raw: '/public/100%25.jpg', why: 'encoded percent sign', lenient: '/public/100%25.jpg' },
  { raw: '/public/b%', why: 'percent sign at the end', lenient: '/public/b%25' },
  { raw: '/public/b%4', why: 'half a percent encoding', lenient: '/public/b%254' },
  { raw: '/public/b%zz', why: 'percent sign without hex digits', lenient: '/public/b%25zz' },
  { raw: '/public/b%u0062', why: 'percent-u encoding', lenient: '/public/bb' },
  { raw: '/public/\tb.jpg', why: 'raw tab, which a URL parser drops', lenient: both },
  { raw: '/public/\nb.jpg', why: 'raw line feed, which a URL parser drops', lenient: both },
  { raw: '/public/\rb.jpg', why: 'raw carriage return, which a URL parser drops', lenient: both },
  { raw: '/public/b.jpg ', why: 'space at the end, which a URL parser drops', lenient: both },
  { raw: '/public/b b.jpg', why: 'raw space', lenient: '/public/b%20b.jpg' },
  { raw: '/public/b"b.jpg', why: 'raw quote', lenient: '/public/b%22b.jpg' },
  { raw: '/public/<b>.jpg', why: 'raw angle brackets', lenient: '/public/%3Cb%3E.jpg' },
  { raw: '/public/b`b.jpg', why: 'raw backquote', lenient: '/public/b%60b.jpg' },
  { raw: '/public/{b}.jpg', why: 'raw braces', lenient: '/public/%7Bb%7D.jpg' },
  { raw: '/public/b^b.jpg', why: 'raw circumflex', lenient: '/public/b%5Eb.jpg' },
  { raw: '/public/b|b.jpg', why: 'raw bar', lenient: '/public/b%7Cb.jpg' },
  { raw: '/public/[b].jpg', why: 'raw square brackets', lenient: '/public/%5Bb%5D.jpg' },
  { raw: '/public/b.jpg#x', why: 'fragment', lenient: both },
  { raw: '/public/Zo\u00eb.jpg', why: 'raw non-ASCII', lenient: '/public/Zo%C3%AB.jpg' },
  { raw: '/public/\uff0e\uff0e/b.jpg', why: 'raw full-width dots', lenient: '/b.jpg' },
  { raw: '/public/\ud800b.jpg', why: 'raw lone surrogate', lenient: '/public/%EF%BF%BDb.jpg' },
  { raw: '/public/%ff.jpg', why: 'not UTF-8', lenient: '/public/%EF%BF%BD.jpg' },
  { raw: '/public/%c3.jpg', why: 'UTF-8 cut short', lenient: '/public/%EF%BF%BD.jpg' },
  { raw: '/public/%c0%ae%c0%ae/b.jpg', why: 'overlong UTF-8 of ..', lenient: '/b.jpg' },
  { raw: '/public/%c0%afb.jpg', why: 'overlong UTF-8 of a slash', lenient: '/public/b.jpg' },
  { raw: '/public/%ed%a0%80.jpg', why: 'surrogate in UTF-8', lenient: '/public/%EF%BF%BD.jpg' },
  { raw: '/public/%f4%90%80%80.jpg', why: 'beyond U+10FFFF', lenient: '/public/%EF%BF%BD.jpg' },
  { raw: '/public/%EF%BB%BFb.jpg', why: 'byte order mark, which TextDecoder drops', lenient: both },
  { raw: '/%EF%BB%BFpublic/b.jpg', why: 'byte order mark at the start', lenient: both },
  { raw: '/public/b%00.jpg', why: 'encoded NUL', lenient: '/public/b' },
  { raw: '/public/b%0A.jpg', why: 'encoded line feed', lenient: '/public/b%0A.jpg' },
  { raw: '/public/b%7F.jpg', why: 'encoded DEL', lenient: '/public/b%7F.jpg' },
  { raw: '/public/b%C2%85.jpg', why: 'encoded C1 control', lenient: '/public/b%C2%85.jpg' },
  { raw: '/public/%E2%80%AEgpj.exe', why: 'right-to-left override', lenient: '/public/%E2%80%AEgpj.exe' },
  { raw: '/public/%D8%9Cb.jpg', why: 'Arabic letter mark', lenient: '/public/%D8%9Cb.jpg' },
  { raw: '/public/%E2%81%A6b.jpg', why: 'isolate', lenient: '/public/%E2%81%A6b.jpg' },
  { raw: '/public/Zoe%CC%88.jpg', why: 'not NFC', lenient: '/public/Zo%C3%AB.jpg' },
  { raw: '/public/' + 'a'.repeat(256), why: 'segment of 256 bytes', lenient: '/public/' + 'a'.repeat(256) },
  {
    raw: '/' + repeat('a'.repeat(204), 5) + '/a',
    why: 'key of 1026 bytes',
    lenient: '/' + repeat('a'.repeat(204), 5) + '/a',
  },
];
