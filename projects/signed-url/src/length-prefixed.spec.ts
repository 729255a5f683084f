import fc from 'fast-check';
import { hostileText } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { SignedUrlError } from './errors.ts';
import { bytesOf, lengthPrefixed } from './length-prefixed.ts';

const wellFormed = fc.array(
  hostileText.map((text) => text.toWellFormed()),
  { maxLength: 5 },
);

describe('lengthPrefixed', () => {
  it('puts the number of UTF-8 bytes, as four big-endian bytes, before each field', () => {
    expect(lengthPrefixed('a', '', 'é')).toBe('\0\0\0\x01a\0\0\0\0\0\0\0\x02\xc3\xa9');
    expect(lengthPrefixed('x'.repeat(0x01_02_03)).slice(0, 4)).toBe('\0\x01\x02\x03');
  });

  it('throws for a lone surrogate, which would become the same bytes as U+FFFD', () => {
    expect(() => lengthPrefixed('a', '\ud800')).toThrowError(SignedUrlError);
    expect(() => lengthPrefixed('\udc00\ud800')).toThrowError(SignedUrlError);
    expect(lengthPrefixed('\ud83d\ude00')).toBe('\0\0\0\x04\xf0\x9f\x98\x80');
  });

  it('is injective: the fields can be read back out of it', () => {
    fc.assert(
      fc.property(wellFormed, (fields) => {
        expect(readBack(bytesOf(lengthPrefixed(...fields)))).toEqual(fields);
      }),
      runs(500),
    );
  });

  it('is injective: shifting text between neighbours changes the bytes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(20), fc.nat(20), (text, one, other) => {
        const split = (at: number): string[] => [
          text.slice(0, at % text.length),
          text.slice(at % text.length),
        ];
        const same = one % text.length === other % text.length;
        expect(lengthPrefixed(...split(one)) === lengthPrefixed(...split(other))).toBe(same);
      }),
      runs(500),
    );
  });
});

function readBack(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer);
  const fields: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at);
    fields.push(Buffer.from(bytes.subarray(at + 4, at + 4 + length)).toString('utf8'));
    at += 4 + length;
  }
  return fields;
}
