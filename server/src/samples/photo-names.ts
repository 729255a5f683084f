import { HIDDEN_CHARACTER } from '../platform/hidden-characters.ts';

const MOST_DISPLAY_BYTES = 255;
const MOST_SLUG_CHARACTERS = 60;

const HIDDEN = new RegExp(HIDDEN_CHARACTER, 'gu');

const TRANSCRIPTIONS: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  æ: 'ae',
  ø: 'oe',
  å: 'aa',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  œ: 'oe',
};

/** A file's name as people read it: umlauts, emoji and `%` are kept, hidden characters are not. At most 255 bytes. */
export function displayNameOf(fileName: string): string {
  const name = fileName.normalize('NFC').toWellFormed().replace(HIDDEN, '').replaceAll('\\', '_').trim();
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > MOST_DISPLAY_BYTES) break;
    kept += character;
  }
  return kept || 'photo';
}

/**
 * The name a photo is stored under: lower-case ASCII letters, digits and hyphens, which no path rule and no tool
 * changes.
 *
 * @param fileName with its extension, which is left out
 * @returns e.g. `gruesse-aus-koeln`; `photo` when nothing is left
 */
export function slugOf(fileName: string): string {
  const slug = fileName
    .replace(/(?<=.)\.[^.]*$/, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüßæøåłđðþœ]/g, (letter) => TRANSCRIPTIONS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MOST_SLUG_CHARACTERS)
    .replace(/-+$/, '');
  return slug || 'photo';
}
