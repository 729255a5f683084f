import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyMaterial } from './derivation.ts';
import { SignedUrlError } from './errors.ts';
import { deriveKey, deriveSid, hmac, importKey, signatureOf, verifySignature, verifyUrl } from './node.ts';
import { parseSignedTarget } from './parse.ts';
import type { SignedFields } from './signed-fields.ts';
import * as web from './web.ts';

const kid = 'oKGio6SlpqeoqaqrrK2urw';
const material: KeyMaterial = {
  master: new Uint8Array(32).fill(1),
  salt: new Uint8Array(32).fill(2),
  tenant: 'acme',
  ownerId: 'ada',
  kid,
};
const key = deriveKey(material);
const fields: SignedFields = {
  authority: 'cdn.example.com',
  path: 'public/team/a.jpg',
  exp: 1_767_225_600,
  kid,
  sid: 'sLGys7S1tre4ubq7vL2-vw',
};

describe('hmac', () => {
  const expected = (bytes: Buffer, message: string): string =>
    createHmac('sha256', bytes).update(message, 'latin1').digest('base64url');

  it("agrees with Node's own for keys around a block and messages of every length, whichever came before", () => {
    const keyLengths = [0, 1, 31, 32, 63, 64, 65, 200];
    const secrets = keyLengths.map((length) => randomBytes(length));
    const keys = secrets.map((bytes) => createSecretKey(bytes));
    for (const length of [5000, 0, 1, 54, 55, 56, 63, 64, 65, 300, 4031, 4032, 4033, 12_000, 17]) {
      const message = randomBytes(length).toString('latin1');
      secrets.forEach((bytes, index) => {
        expect(hmac(keys[index]!, message, 'base64url')).toBe(expected(bytes, message));
        expect(Buffer.from(hmac(keys[index]!, message, 'binary'), 'latin1').toString('base64url')).toBe(
          expected(bytes, message),
        );
      });
    }
  });
});

describe('deriveKey', () => {
  const bad: [string, Partial<KeyMaterial>][] = [
    ['a master under 32 bytes', { master: new Uint8Array(31) }],
    ['no master', { master: new Uint8Array(0) }],
    ['a salt that is not 32 bytes', { salt: new Uint8Array(16) }],
    ['no salt, which is what revocation leaves', { salt: new Uint8Array(0) }],
    ['an empty tenant', { tenant: '' }],
    ['a tenant over 255 bytes', { tenant: '日'.repeat(86) }],
    ['an empty owner', { ownerId: '' }],
    ['an owner with a lone surrogate', { ownerId: 'ada\ud800' }],
    ['a malformed kid', { kid: 'ada' }],
  ];
  for (const [what, change] of bad)
    it(`throws for ${what}, in Node and on the web`, async () => {
      expect(() => deriveKey({ ...material, ...change })).toThrowError(SignedUrlError);
      await expectAsync(web.deriveKey({ ...material, ...change })).toBeRejectedWithError(SignedUrlError);
    });

  it('gives another key when any one part differs', () => {
    const changes: Partial<KeyMaterial>[] = [
      {},
      { master: new Uint8Array(32).fill(3) },
      { master: new Uint8Array(33).fill(1) },
      { salt: new Uint8Array(32).fill(3) },
      { tenant: 'acm', ownerId: 'eada' },
      { tenant: 'acmea', ownerId: 'da' },
      { ownerId: 'adA' },
      { kid: 'sLGys7S1tre4ubq7vL2-vw' },
    ];
    const keys = changes.map((change) =>
      deriveKey({ ...material, ...change })
        .export()
        .toString('hex'),
    );
    expect(new Set(keys).size).toBe(changes.length);
  });
});

describe('importKey', () => {
  it('throws for anything but 32 bytes: an empty key would let everybody sign', async () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => importKey(new Uint8Array(length))).toThrowError(SignedUrlError);
      await expectAsync(web.importKey(new Uint8Array(length))).toBeRejectedWithError(SignedUrlError);
    }
    expect(importKey(new Uint8Array(32)).symmetricKeySize).toBe(32);
  });
});

describe('deriveSid', () => {
  const input = { principal: 'user:grace', path: 'public/team/a.jpg', exp: 1_767_225_600 };

  it('is the same for a repeated request and differs when any one part differs', () => {
    const changes = [
      {},
      { principal: 'user:grac', path: 'epublic/team/a.jpg' },
      { path: 'public/team/b.jpg' },
      { exp: 1_767_225_601 },
      { dl: '' },
      { dl: 'a.jpg' },
    ];
    const sids = changes.map((change) => deriveSid(key, { ...input, ...change }));
    expect(new Set(sids).size).toBe(changes.length);
    expect(deriveSid(key, { ...input })).toBe(sids[0]!);
    expect(deriveSid(deriveKey({ ...material, ownerId: 'grace' }), input)).not.toBe(sids[0]!);
  });

  it('throws for a principal, path, expiry or download name out of range', () => {
    for (const change of [
      { principal: '' },
      { principal: 'a\udfff' },
      { principal: '日'.repeat(342) },
      { path: '' },
      { exp: 1 },
      { dl: '..' },
    ])
      expect(() => deriveSid(key, { ...input, ...change }))
        .withContext(JSON.stringify(change))
        .toThrowError(SignedUrlError);
  });
});

describe('verifySignature', () => {
  const sig = signatureOf(key, fields);

  it('holds for the signed fields and for no other', () => {
    expect(verifySignature(key, fields, sig)).toBeTrue();
    expect(verifySignature(deriveKey({ ...material, ownerId: 'grace' }), fields, sig)).toBeFalse();
    for (const change of [
      { authority: 'a' },
      { path: 'public/team/b.jpg' },
      { exp: fields.exp + 1 },
      { dl: '' },
    ])
      expect(verifySignature(key, { ...fields, ...change }, sig)).toBeFalse();
  });

  it('is not fooled by what an earlier call left behind', () => {
    expect(verifySignature(key, fields, sig)).toBeTrue();
    for (const short of ['', sig.slice(0, 42), sig.slice(0, 42) + '\u00e9', sig.slice(0, 41) + '\u{1f600}'])
      expect(verifySignature(key, fields, short))
        .withContext(short)
        .toBeFalse();
  });

  it('does not take a character for another with the same low byte', () => {
    const lookalike = String.fromCharCode(sig.charCodeAt(0) + 0x100) + sig.slice(1);
    expect(verifySignature(key, fields, lookalike)).toBeFalse();
  });

  it('agrees with verifyUrl on random signatures', () => {
    for (let round = 0; round < 50; round++) {
      const random = randomBytes(32).toString('base64url');
      const parsed = parseSignedTarget(
        `/public/team/a.jpg?sig=${random}&exp=${fields.exp}&kid=${kid}&sid=${fields.sid}`,
      );
      expect(parsed.ok && verifyUrl(key, 'cdn.example.com', parsed.url)).toBeFalse();
      expect(verifySignature(key, fields, random)).toBeFalse();
    }
  });
});
