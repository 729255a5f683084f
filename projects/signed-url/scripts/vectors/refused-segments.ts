const character = (code: number): string => String.fromCodePoint(code);
const name = (code: number): string => 'U+' + code.toString(16).toUpperCase().padStart(4, '0');

const CONTROLS = [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1f, 0x7f, 0x80, 0x85, 0x9f];
const BIDI = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];

/** Decoded segments that nobody may sign, store or ask for. */
export const refusedSegments: readonly { segment: string; why: string }[] = [
  { segment: '.', why: 'the segment .' },
  { segment: '..', why: 'the segment ..' },
  { segment: 'a\\b', why: 'backslash' },
  { segment: '100%', why: 'percent sign' },
  { segment: '%61', why: 'percent sign: encoded before it was handed in' },
  ...CONTROLS.map((code) => ({ segment: `a${character(code)}b`, why: `control character ${name(code)}` })),
  ...BIDI.map((code) => ({ segment: `a${character(code)}b`, why: `bidi control ${name(code)}` })),
  { segment: '\ufeffa', why: 'byte order mark at the start' },
  { segment: 'a\ufeff', why: 'byte order mark inside' },
  { segment: 'a\ud800b', why: 'lone high surrogate' },
  { segment: 'a\udc00b', why: 'lone low surrogate' },
  { segment: '\udc00\ud800', why: 'surrogates in the wrong order' },
  { segment: 'Zoe\u0308', why: 'not NFC: decomposed' },
  { segment: '\u212b', why: 'not NFC: angstrom sign' },
  { segment: '\u0344', why: 'not NFC: excluded composition' },
  { segment: 'q\u0307\u0323', why: 'not NFC: marks out of order' },
  { segment: 'a'.repeat(256), why: '256 bytes' },
  { segment: '\u00eb'.repeat(128), why: '256 bytes in 128 characters' },
];
