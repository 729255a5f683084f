import fc from 'fast-check';
import { encodeSegment } from '../src/segment.ts';
import type { SignedFields } from '../src/signed-fields.ts';

/** Characters that delimit something somewhere: in a path, a query, the string to sign or a spelling. */
export const delimiters = [
  '\n',
  '\r',
  '\t',
  '\0',
  '/',
  '\\',
  '?',
  '&',
  '=',
  '#',
  '%',
  '+',
  '.',
  ';',
  ':',
  '@',
  ' ',
  '"',
  "'",
];

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ019._~-') },
  { weight: 3, arbitrary: fc.constantFrom(...delimiters) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom('\ud800', '\udc00', '\ufeff', '\u202e', '\u0308', '\u0085') },
);

/** Text that somebody could try: delimiters, every plane, lone surrogates, combining marks. */
export const hostileText = fc.string({ unit: character, maxLength: 12 });

/** One decoded segment that the format carries. */
export const segment = fc
  .string({ unit: character, minLength: 1, maxLength: 20 })
  .map((text) =>
    text
      .toWellFormed()
      .replace(/[/\\%]/g, '_')
      .normalize('NFC'),
  )
  .filter((text) => text !== '' && encodeSegment(text).ok);

/** One decoded key that the format carries; every other one plain. */
export const key = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/')),
  fc.stringMatching(/^[a-z0-9_-]{1,8}(\/[a-z0-9._-]{1,4}x){0,3}$/),
);

/** Bytes of a fixed length. */
export const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

/** A `kid` or `sid`. */
export const id = bytes(16).map((random) => Buffer.from(random).toString('base64url'));

/** Fields that the format carries. */
export const fields: fc.Arbitrary<SignedFields> = fc.record({
  authority: fc.constantFrom('cdn.example.com', 'cdn.example.co', '127.0.0.1:3000', '[::1]:3000', 'a'),
  path: key,
  exp: fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }),
  kid: id,
  sid: id,
  dl: fc.option(fc.oneof(fc.constant(''), segment), { nil: undefined }),
});

/** Choices for {@link respelled}, used over and over. */
export const choices = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 });

/** Another spelling of an encoded path: escapes in lower case, characters escaped that need not be. */
export function respelled(canonical: string, choices: readonly number[]): string {
  let at = 0;
  return canonical.replace(/%[0-9A-F]{2}|[^/%]/g, (part) => {
    const choice = choices[at++ % choices.length]!;
    if (part.length === 3) return choice % 2 ? part.toLowerCase() : part;
    return choice % 3 ? part : '%' + part.charCodeAt(0).toString(16);
  });
}
