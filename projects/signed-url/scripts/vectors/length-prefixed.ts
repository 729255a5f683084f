import { lengthPrefixed } from '../../src/length-prefixed.ts';

/** Fields and the bytes that they are joined to. */
export interface LengthPrefixedVectors {
  accepted: { fields: readonly string[]; hex: string }[];
  refused: { fields: readonly string[]; why: string }[];
}

const ACCEPTED = [
  [],
  [''],
  ['', ''],
  ['a'],
  ['ab', 'c'],
  ['a', 'bc'],
  ['countersign1', 'acme', 'ada'],
  ['Zo\u00eb', '\u{1f600}'],
  ['\u0000', '\n'],
  ['\ufeffa'],
  ['a'.repeat(128)],
  ['\u00ff'.repeat(150)],
];

const REFUSED = [
  { fields: ['\ud800'], why: 'a lone high surrogate' },
  { fields: ['a', 'b\udc00'], why: 'a lone low surrogate' },
];

/** Generates length-prefixed.json. */
export function lengthPrefixedVectors(): LengthPrefixedVectors {
  return {
    accepted: ACCEPTED.map((fields) => ({
      fields,
      hex: Buffer.from(lengthPrefixed(...fields), 'latin1').toString('hex'),
    })),
    refused: REFUSED,
  };
}
