/** Below this many bits a secret can be guessed by those who can pay for it (NIST SP 800-131A asks for 112 of keys). */
export const ENOUGH_BITS = 96;

const WORD_BITS = 2;
/** Four letters of one case in a row look like a word. */
const WORDS = /[a-z]{4,}|[A-Z]{4,}/g;
/** Of examples, tutorials and keyboards; compared in lower case without what is between the letters. */
const KNOWN_WEAK = [
  'changeme',
  'changethis',
  'replaceme',
  'password',
  'passphrase',
  'secret',
  'default',
  'example',
  'countersign',
  'development',
  'donotuse',
  'insecure',
  'mysecret',
  'letmein',
  'qwerty',
  'loremipsum',
  'placeholder',
];
const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiopasdfghjklzxcvbnm'];
const SEQUENCE_LENGTH = 8;

/** @returns the word or sequence that a guesser would begin with, if there is one */
export function knownWeakness(secret: string): string | undefined {
  const letters = secret.toLowerCase().replace(/[^a-z0-9]/g, '');
  const word = KNOWN_WEAK.find((weak) => letters.includes(weak));
  if (word) return `holds the word ${word}`;
  for (const sequence of SEQUENCES) {
    for (let from = 0; from + SEQUENCE_LENGTH <= sequence.length; from++) {
      const part = sequence.slice(from, from + SEQUENCE_LENGTH);
      if (letters.includes(part)) return 'holds a sequence of letters or digits';
    }
  }
  return undefined;
}

/**
 * How many bits somebody has to guess, at most: by how often each character occurs (Shannon), what looks like words
 * counted as words, repetitions counted once. An estimate from above: it can prove weakness, never strength.
 */
export function estimatedBits(secret: string): number {
  const characters = [...secret];
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  let perCharacter = 0;
  for (const count of counts.values()) {
    perCharacter -= (count / characters.length) * Math.log2(count / characters.length);
  }
  const inWords = (secret.match(WORDS) ?? []).join('').length;
  const byCharacters =
    (characters.length - inWords) * perCharacter + inWords * Math.min(perCharacter, WORD_BITS);
  return Math.floor(byCharacters * distinctness(characters));
}

/** Share of the groups of three characters that do not occur before: 1 in random text, small in what repeats itself. */
function distinctness(characters: readonly string[]): number {
  const groups = characters.slice(2).map((_, index) => characters.slice(index, index + 3).join(''));
  return groups.length === 0 ? 1 : new Set(groups).size / groups.length;
}
