import fc from 'fast-check';
import { bytes, fields, id, segment } from '../testing/arbitraries.ts';
import { runs } from '../testing/runs.ts';
import * as node from './index.ts';
import * as web from './web.ts';

const materials = fc.record({
  master: fc.uint8Array({ minLength: 32, maxLength: 64 }),
  salt: bytes(32),
  tenant: segment,
  ownerId: segment,
  kid: id,
});

describe('WebCrypto', () => {
  it('gives what node:crypto gives', async () => {
    await fc.assert(
      fc.asyncProperty(materials, fields, segment, async (material, of, principal) => {
        const [key, webKey] = [node.deriveKey(material), await web.deriveKey(material)];
        expect(await web.deriveSid(webKey, { principal, ...of })).toBe(
          node.deriveSid(key, { principal, ...of }),
        );
        const sig = node.signatureOf(key, of);
        expect(await web.signatureOf(webKey, of)).toBe(sig);
        expect(await web.verifySignature(webKey, of, sig)).toBeTrue();
        const window = { nowSeconds: 1_767_225_600, lifetimeSeconds: 3600, kid: of.kid, path: of.path };
        expect(await web.windowedExpiry(window)).toBe(node.windowedExpiry(window));
      }),
      runs(60),
    );
  });

  it('refuses every other signature', async () => {
    const key = await web.importKey(new Uint8Array(32));
    await fc.assert(
      fc.asyncProperty(fields, bytes(32), async (of, random) => {
        const sig = await web.signatureOf(key, of);
        const other = Buffer.from(random).toString('base64url');
        for (const wrong of [other, '', sig.slice(0, 42), sig + '=', sig.slice(0, 42) + '\u00e9'])
          expect(await web.verifySignature(key, of, wrong)).toBeFalse();
      }),
      runs(30),
    );
  });

  it('refuses spare bits, which its decoder would drop', async () => {
    const key = await web.importKey(new Uint8Array(32));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    await fc.assert(
      fc.asyncProperty(fields, fc.integer({ min: 1, max: 3 }), async (of, spare) => {
        const sig = await web.signatureOf(key, of);
        const twin = sig.slice(0, 42) + alphabet.charAt(alphabet.indexOf(sig.charAt(42)) + spare);
        expect(await web.verifySignature(key, of, twin)).toBeFalse();
      }),
      runs(10),
    );
  });

  it('keeps the key inside the runtime', async () => {
    const key = await web.importKey(new Uint8Array(32));
    expect(key.extractable).toBeFalse();
    await expectAsync(crypto.subtle.exportKey('raw', key)).toBeRejected();
  });
});
