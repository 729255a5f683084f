import { timingSafeEqual } from 'node:crypto';
import { judge } from '../testing/holder.ts';
import { deriveKey, deriveSid, expiryRefusal, signatureOf, verifySignature } from './index.ts';
import { parseSignedTarget } from './parse.ts';

/** Each trap is first shown to be one, so that a runtime which closes it is noticed. */
describe('trap', () => {
  const kid = 'oKGio6SlpqeoqaqrrK2urw';
  const key = deriveKey({
    master: new Uint8Array(32),
    salt: new Uint8Array(32),
    tenant: 'acme',
    ownerId: 'ada',
    kid,
  });
  const fields = { authority: 'cdn.example.com', path: 'public/b.jpg', exp: 1_767_225_600, kid, sid: kid };
  const sig = signatureOf(key, fields);
  const query = `?sig=${sig}&exp=${fields.exp}&kid=${kid}&sid=${kid}`;
  const reason = (target: string): string => {
    const parsed = parseSignedTarget(target);
    return parsed.ok ? 'accepted' : parsed.reason;
  };
  const folded = (raw: string): string => new URL(raw, 'http://x').pathname;

  it('new URL() folds %2e%2e', () => {
    for (const dots of ['%2e%2e', '%2E%2E', '.%2e', '%2e.', '..']) {
      expect(folded(`/public/x/${dots}/b.jpg`)).toBe('/public/b.jpg');
      expect(reason(`/public/x/${dots}/b.jpg${query}`)).toBe('path');
    }
    expect(folded('/public/%2e/b.jpg')).toBe('/public/b.jpg');
    expect(reason(`/public/%2e/b.jpg${query}`)).toBe('path');
  });

  it('new URL() folds backslashes', () => {
    expect(folded('/public\\x\\..\\b.jpg')).toBe('/public/b.jpg');
    expect(reason(`/public\\b.jpg${query}`)).toBe('path');
    expect(reason(`/public%5Cb.jpg${query}`)).toBe('path');
  });

  it('new URL() drops tabs and line feeds', () => {
    for (const dropped of ['\t', '\n', '\r']) {
      expect(folded(`/pub${dropped}lic/b.jpg`)).toBe('/public/b.jpg');
      expect(reason(`/pub${dropped}lic/b.jpg${query}`)).toBe('path');
      expect(reason(`/public/b.jpg${query}${dropped}`)).toBe('parameter');
    }
  });

  it('new URL() takes two leading slashes for a host', () => {
    expect(new URL('//public/b.jpg', 'http://x').host).toBe('public');
    expect(reason(`//public/b.jpg${query}`)).toBe('path');
  });

  it('TextDecoder drops a BOM', () => {
    expect(new TextDecoder().decode(Buffer.from('efbbbf62', 'hex'))).toBe('b');
    expect(reason(`/public/%EF%BB%BFb.jpg${query}`)).toBe('path');
    expect(reason(`/public/b.jpg${query}&dl=%EF%BB%BFb`)).toBe('parameter');
  });

  it("Buffer.from(x, 'base64url') ignores junk", () => {
    for (const junk of [
      sig + '!',
      sig + '=',
      `${sig.slice(0, 9)}\n${sig.slice(9)}`,
      sig.replace(/[-_]/g, '+'),
    ]) {
      if (!junk.includes('+')) expect(Buffer.from(junk, 'base64url').toString('base64url')).toBe(sig);
      expect(verifySignature(key, fields, junk)).toBe(junk === sig);
    }
    expect(reason(`/public/b.jpg${query.replace(sig, sig + '!')}`)).toBe('signature');
  });

  it('timingSafeEqual throws on unequal length', () => {
    expect(() => timingSafeEqual(Buffer.alloc(32), Buffer.alloc(31))).toThrow();
    for (const wrong of ['', 'A', sig.slice(0, 42), sig + 'A', sig.repeat(100)])
      expect(verifySignature(key, fields, wrong)).toBeFalse();
  });

  it('spare bits give the same bytes a second spelling', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const spare of [1, 2, 3]) {
      const twin = sig.slice(0, 42) + alphabet.charAt(alphabet.indexOf(sig.charAt(42)) + spare);
      expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(sig, 'base64url'));
      expect(verifySignature(key, fields, twin)).toBeFalse();
      expect(reason(`/public/b.jpg${query.replace(sig, twin)}`)).toBe('signature');
    }
  });

  it('a parameter twice means the first to one reader and the last to another', () => {
    for (const twice of ['sig=' + sig, 'exp=9999999999', 'kid=' + kid, 'sid=' + kid]) {
      expect(reason(`/public/b.jpg${query}&${twice}`)).toBe('parameter');
      expect(reason(`/public/b.jpg?${twice}&${query.slice(1)}`)).toBe('parameter');
    }
  });

  it('an unknown parameter could change the response without being signed', () => {
    for (const unknown of [
      'download=1',
      'response-content-type=text/html',
      'Sig=x',
      'dl[]=x',
      'utm_source=x',
    ])
      expect(reason(`/public/b.jpg${query}&${unknown}`)).toBe('parameter');
  });

  it('URLSearchParams reads a plus sign as a space', () => {
    expect(new URLSearchParams('dl=a+b').get('dl')).toBe('a b');
    const parsed = parseSignedTarget(`/public/b.jpg${query}&dl=a+b`);
    expect(parsed.ok && parsed.url.dl).toBe('a+b');
  });

  it('a key that is not NFC looks like one that is', () => {
    expect('Zoe\u0308'.normalize('NFC')).toBe('Zo\u00eb');
    expect(reason(`/Zoe%CC%88${query}`)).toBe('path');
    expect(reason(`/Zo%C3%AB${query}`)).toBe('accepted');
  });

  it('decoding twice turns %252e%252e into ..', () => {
    expect(decodeURIComponent(decodeURIComponent('%252e%252e'))).toBe('..');
    expect(reason(`/public/%252e%252e/b.jpg${query}`)).toBe('path');
  });

  it('an overlong UTF-8 sequence hides a slash or a dot', () => {
    for (const overlong of ['%c0%af', '%c0%ae%c0%ae', '%e0%80%af', '%f0%80%80%af'])
      expect(reason(`/public/x${overlong}b.jpg${query}`)).toBe('path');
  });

  it('fields concatenated without a delimiter share one signature', () => {
    expect('ada' + '/public/b.jpg').toBe('ada/public' + '/b.jpg');
    expect(deriveSid(key, { principal: 'ada', path: 'public/b.jpg', exp: fields.exp })).not.toBe(
      deriveSid(key, { principal: 'ada/public', path: 'b.jpg', exp: fields.exp }),
    );
  });

  it('a clock at the very second of exp is past it', () => {
    expect([expiryRefusal(fields.exp, fields.exp - 1), expiryRefusal(fields.exp, fields.exp)]).toEqual([
      undefined,
      'expired',
    ]);
  });

  it('"expired" told before the signature held is an oracle', () => {
    const holder = {
      authority: fields.authority,
      key: key.export().toString('hex'),
      ignoredParameters: [],
      maxTtlSeconds: 604_800,
    };
    const forged = `/public/b.jpg${query.replace(sig, 'A'.repeat(43))}`;
    expect(judge(holder, { target: forged, now: fields.exp + 1 }).outcome).toBe('signature');
    expect(judge(holder, { target: `/public/b.jpg${query}`, now: fields.exp + 1 }).outcome).toBe('expired');
  });
});
