import fc from 'fast-check';
import { runs } from '../testing/runs.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

describe('base64url without Buffer', () => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(encodeBase64url(bytes)).toBe(text);
        expect(decodeBase64url(text)).toEqual(bytes);
      }),
      runs(300),
    );
  });
});
