import { randomId } from './ids.ts';

describe('randomId', () => {
  it('is 128 random bits, every one of them', () => {
    const ids = Array.from({ length: 10_000 }, () => Buffer.from(randomId(), 'base64url'));
    expect(new Set(ids.map((id) => id.toString('hex'))).size).toBe(ids.length);
    for (let bit = 0; bit < 128; bit += 1) {
      const ones = ids.filter((id) => id[bit >> 3]! & (1 << (bit & 7))).length;
      // Twenty standard deviations: what is outside is no coin.
      expect(Math.abs(ones - 5_000))
        .withContext(`bit ${bit}`)
        .toBeLessThan(1_000);
    }
    expect(new Set(ids.map((id) => id.length))).toEqual(new Set([16]));
  });
});
