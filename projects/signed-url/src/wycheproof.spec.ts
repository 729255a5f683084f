import { createSecretKey } from 'node:crypto';
import { corpus } from '../testing/corpora.ts';
import { hkdf, hmac } from './node.ts';
import { hkdf as webHkdf, hmac as webHmac, type SignatureKey } from './web-crypto.ts';

interface Suite<Test> {
  numberOfTests: number;
  testGroups: { tagSize: number; tests: (Test & { tcId: number; result: 'valid' | 'invalid' })[] }[];
}
interface HmacTest {
  key: string;
  msg: string;
  tag: string;
}
interface HkdfTest {
  ikm: string;
  salt: string;
  info: string;
  size: number;
  okm: string;
}

const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');

/** Of any length; the format has 32 bytes. */
function webKey(bytes: Buffer): Promise<SignatureKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
}

describe('Wycheproof', () => {
  it('HMAC-SHA256: valid tags are ours, invalid ones are not', async () => {
    const suite = corpus('wycheproof/hmac_sha256_test.json') as Suite<HmacTest>;
    let tests = 0;
    for (const { tagSize, tests: group } of suite.testGroups)
      for (const { tcId, key, msg, tag, result } of group) {
        const ours = hmac(createSecretKey(fromHex(key)), fromHex(msg).toString('latin1'), 'base64url');
        const webs = await webHmac(await webKey(fromHex(key)), new Uint8Array(fromHex(msg)));
        expect(Buffer.from(webs).toString('base64url')).toBe(ours);
        const cut = Buffer.from(ours, 'base64url').subarray(0, tagSize / 8);
        expect(cut.toString('hex') === tag)
          .withContext(`case ${tcId}`)
          .toBe(result === 'valid');
        tests++;
      }
    expect(tests).toBe(suite.numberOfTests);
  });

  it('HKDF-SHA256: valid output is ours, too much output is refused', async () => {
    const suite = corpus('wycheproof/hkdf_sha256_test.json') as Suite<HkdfTest>;
    let tests = 0;
    for (const { tests: group } of suite.testGroups)
      for (const { tcId, size, okm, result, ...test } of group) {
        const [ikm, salt, info] = [fromHex(test.ikm), fromHex(test.salt), fromHex(test.info)];
        if (result === 'valid') {
          expect(hkdf(ikm, salt, info, size).toString('hex'))
            .withContext(`case ${tcId}`)
            .toBe(okm);
          expect(Buffer.from(await webHkdf(ikm, salt, info, size)).toString('hex')).toBe(okm);
        } else {
          expect(() => hkdf(ikm, salt, info, size))
            .withContext(`case ${tcId}`)
            .toThrow();
          await expectAsync(webHkdf(ikm, salt, info, size)).toBeRejected();
        }
        tests++;
      }
    expect(tests).toBe(suite.numberOfTests);
  });
});
