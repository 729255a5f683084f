import { zipOf } from '../../testing/archives.ts';
import { filmedMp4 } from '../../testing/films.ts';
import { onePixelPng, pngOf } from '../../testing/pictures.ts';

/** Largest upload of the server that is to refuse them, bytes. */
export const LIMIT = 200_000;

const PNG = 'image/png';
const ZIP = 'application/zip';
const picture = Buffer.from(onePixelPng);
const pixels = (width: number): Buffer => {
  const bomb = Buffer.from(onePixelPng);
  bomb.writeUInt32BE(width, 16);
  bomb.writeUInt32BE(width, 20);
  return bomb;
};

/** A file as somebody sends it; what is left out is that of a small picture. */
export interface SentFile {
  name?: string;
  kind?: 'avatar' | 'document' | 'video';
  type?: string;
  bytes?: Buffer;
}

/** A small picture that is taken. */
export const goodFile: Required<SentFile> = { name: 'a.png', kind: 'avatar', type: PNG, bytes: picture };

/** What nobody may upload, whichever way it comes: what it is, and how it is refused. */
export const badFiles: readonly [what: string, file: SentFile, status: number, code: string][] = [
  ['more bytes than are taken', { bytes: Buffer.from(pngOf(LIMIT + 1)) }, 413, 'too-large'],
  ['another type than it is', { type: 'image/jpeg' }, 415, 'content-mismatch'],
  ['a picture where films are', { kind: 'video' }, 415, 'unsupported-type'],
  ['HTML as a picture', { bytes: Buffer.from('<script>alert(1)</script>') }, 415, 'content-mismatch'],
  ['SVG', { kind: 'document', type: 'image/svg+xml', bytes: Buffer.from('<svg/>') }, 415, 'content-mismatch'],
  [
    'a type that is not on the list',
    { kind: 'document', type: 'application/octet-stream', bytes: Buffer.from('MZ') },
    415,
    'unsupported-type',
  ],
  [
    'a picture that is an archive too',
    { kind: 'document', bytes: Buffer.concat([picture, zipOf([{ name: 'a.class' }])]) },
    415,
    'two-types',
  ],
  [
    'text that is an archive too',
    {
      kind: 'document',
      type: 'text/plain',
      bytes: Buffer.concat([Buffer.from('text'), zipOf([{ name: 'a' }])]),
    },
    415,
    'two-types',
  ],
  ['a picture of too many pixels', { bytes: pixels(60_000) }, 413, 'too-many-pixels'],
  [
    'a film with a track of places',
    { kind: 'video', type: 'video/mp4', bytes: filmedMp4('meta') },
    415,
    'unreadable-picture',
  ],
  [
    'an archive that unpacks elsewhere',
    { kind: 'document', type: ZIP, bytes: zipOf([{ name: '../../etc/cron.d/x' }]) },
    415,
    'unsafe-archive',
  ],
  [
    'an archive that is a bomb',
    { kind: 'document', type: ZIP, bytes: zipOf([{ name: '42.xml', claimed: 4_000_000_000 }]) },
    415,
    'unsafe-archive',
  ],
  ['a name that runs', { name: 'invoice.png.exe' }, 415, 'unsupported-type'],
  ['a name that runs, with dots that Windows drops', { name: 'invoice.SCR. .' }, 415, 'unsupported-type'],
  ['a path as its name', { name: '../../etc/passwd' }, 400, 'invalid-name'],
  ['a Windows path as its name', { name: 'C:\\Windows\\a.png' }, 400, 'invalid-name'],
  ['a name that reads backwards', { name: 'gnp\u202Egpj.exe' }, 400, 'invalid-name'],
  ['an isolated name that reads backwards', { name: '\u2067gnp.exe\u2069.png' }, 400, 'invalid-name'],
  ['a name with NUL', { name: 'a.png\0.exe' }, 400, 'invalid-name'],
  ['a name with a line feed', { name: 'a\r\nSet-Cookie: x.png' }, 400, 'invalid-name'],
  ['half a character in its name', { name: 'a\uD83D.png' }, 400, 'invalid-name'],
  ['dots as its name', { name: '..' }, 400, 'invalid-name'],
  ['a name longer than any file system takes', { name: `${'ä'.repeat(130)}.png` }, 400, 'invalid-name'],
];
