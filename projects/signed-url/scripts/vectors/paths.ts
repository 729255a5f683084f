import { canonicalPath } from '../../src/canonical-path.ts';
import { parsePath } from '../../src/parse-path.ts';
import { refusedRawPaths } from './refused-raw-paths.ts';
import { refusedSegments } from './refused-segments.ts';

/** Decoded keys and their canonical paths. */
export interface KeyPathVectors {
  accepted: { key: string; canonical: string }[];
  refused: { key: string; why: string }[];
}

/** Raw paths of request targets, and the one key that each of them stands for. */
export interface RawPathVectors {
  accepted: { raw: string; key: string; canonical: string }[];
  refused: { raw: string; why: string }[];
}

const KEYS = [
  'public/team/avatar-2.jpg',
  'a',
  'A-Z_a-z.0~9',
  '...',
  '.hidden/..name/name..',
  'Zo\u00eb.jpg',
  '\u65e5\u672c\u8a9e/\u5199\u771f.png',
  'family \u{1f468}\u200d\u{1f469}\u200d\u{1f467}.jpg',
  "it's (1)!*.jpg",
  'a+b&c=d;e,f:g@h$.txt',
  'quote" <less> `tick` {brace} ^hat |pipe| [bracket].txt',
  'what?.txt',
  'chapter#2.txt',
  'soft\u00adhyphen',
  'zero\u200bwidth',
  'line\u2028separator',
  '\ufffd',
  'a'.repeat(255),
  '\u00eb'.repeat(127) + 'a',
  Array.from({ length: 5 }, () => 'a'.repeat(204)).join('/'),
];

const RAW = [
  '/public/team/avatar-2.jpg',
  '/public/te%61m/avatar-2.jpg',
  '/%70%75%62%6C%69%63/team/avatar%2D2%2Ejpg',
  '/Zo%C3%AB.jpg',
  '/Zo%c3%ab.jpg',
  "/it's%20(1)!*.jpg",
  '/it%27s%20%281%29%21%2A.jpg',
  '/a+b&c=d;e,f:g@h$.txt',
  '/a%2Bb%26c%3Dd%3Be%2Cf%3Ag%40h%24.txt',
  '/%7Euser',
  '/~user',
  '/what%3F.txt',
  '/chapter%232.txt',
  '/...',
  '/..a/b..',
  '/.hidden',
];

/** Generates key-paths.json. */
export function keyPathVectors(): KeyPathVectors {
  const refused = [
    { key: '', why: 'empty' },
    { key: '/', why: 'empty segments' },
    { key: '/a', why: 'leading slash' },
    { key: 'a/', why: 'trailing slash' },
    { key: 'a//b', why: 'empty segment' },
    ...refusedSegments.map(({ segment, why }) => ({ key: `a/${segment}/b`, why })),
    { key: Array.from({ length: 5 }, () => 'a'.repeat(204)).join('/') + '/a', why: 'key of 1026 bytes' },
    {
      key: '\u65e5'.repeat(85) + '/' + '\u65e5'.repeat(85) + '/' + '\u65e5'.repeat(85),
      why: 'encoded path over 1931 bytes',
    },
  ];
  return { accepted: KEYS.map((key) => ({ key, canonical: canonicalPath(key) })), refused };
}

/** Generates raw-paths.json. */
export function rawPathVectors(): RawPathVectors {
  return { accepted: RAW.map(acceptedRaw), refused: refusedRawPaths.map(({ raw, why }) => ({ raw, why })) };
}

function acceptedRaw(raw: string): { raw: string; key: string; canonical: string } {
  const parsed = parsePath(raw);
  if (!parsed.ok) throw new Error(`should be accepted: ${raw}`);
  return { raw, key: parsed.path, canonical: parsed.canonical };
}
