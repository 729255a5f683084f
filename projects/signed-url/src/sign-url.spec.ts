import fc from 'fast-check';
import { fields, hostileText, segment } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import { SignedUrlError } from './errors.ts';
import { deriveSid, formatSignedUrl, importKey, signatureOf, type SignRequest, signUrl } from './index.ts';
import * as web from './web.ts';

const bytes = new Uint8Array(32).fill(7);
const key = importKey(bytes);
const base = 'https://cdn.example.com/cdn';
const requests = fc
  .record({ of: fields, principal: segment })
  .map(({ of: { authority, path, exp, kid, dl }, principal }) => ({
    base,
    authority,
    principal,
    path,
    exp,
    kid,
    dl,
  }));

describe('signUrl', () => {
  it('gives what deriveSid, signatureOf and formatSignedUrl give, in Node and on the web', async () => {
    const webKey = await web.importKey(bytes);
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const sid = deriveSid(key, request);
        const sig = signatureOf(key, { ...request, sid });
        const signed = { url: formatSignedUrl(base, { ...request, sid, sig }), sid, sig };
        expect(signUrl(key, request)).toEqual(signed);
        expect(await web.signUrl(webKey, request)).toEqual(signed);
      }),
      runs(100),
    );
  });

  it('throws for every field that one of the three throws for', () => {
    const sample = {
      authority: 'a',
      path: 'b',
      exp: 1_767_225_600,
      kid: 'oKGio6SlpqeoqaqrrK2urw',
      principal: 'c',
      base,
    };
    const wrong = fc.tuple(
      fc.constantFrom('authority', 'path', 'kid', 'principal', 'base', 'dl'),
      fc.oneof(hostileText, fc.constantFrom('', '..', 'a\nb', '\ud800', 'x'.repeat(1025))),
    );
    fc.assert(
      fc.property(wrong, ([name, text]) => {
        const request: SignRequest = { ...sample, [name]: text };
        expect(throws(() => signUrl(key, request))).toBe(throws(() => inThreeSteps(request)));
      }),
      runs(300),
    );
    for (const exp of [0, 1.5, Number.NaN, 10_000_000_000])
      expect(() => signUrl(key, { ...sample, exp })).toThrowError(SignedUrlError);
  });
});

function inThreeSteps(request: SignRequest): void {
  const sid = deriveSid(key, request);
  formatSignedUrl(request.base, { ...request, sid, sig: signatureOf(key, { ...request, sid }) });
}

function throws(of: () => void): boolean {
  try {
    of();
    return false;
  } catch (error) {
    if (error instanceof SignedUrlError) return true;
    throw error;
  }
}
