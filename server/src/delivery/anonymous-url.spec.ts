import { deriveKey, parseSignedTarget, pathKey, signUrl } from '@countersign/signed-url';
import { isAnonymousUrl } from './anonymous-url.ts';

const kid = 'AAAAAAAAAAAAAAAAAAAAAA';
const keyOf = (ownerId: string) =>
  deriveKey({ master: Buffer.alloc(32, 1), salt: Buffer.alloc(32, 2), tenant: 'default', ownerId, kid });
const owned = { kid, tenantId: 'default', ownerId: 'ada', key: keyOf('ada'), revoked: new Set<string>() };

describe('a URL signed without signing in', () => {
  const isAnonymous = (principal: string, path: string, dl?: string, rotation = 0): boolean => {
    const { url } = signUrl(pathKey(owned.key, path, rotation), {
      base: 'https://cdn.example.com',
      authority: 'cdn.example.com',
      principal,
      path,
      exp: 1_767_225_600,
      kid,
      ...(dl === undefined ? {} : { dl }),
    });
    const parsed = parseSignedTarget(url.slice('https://cdn.example.com'.length));
    if (!parsed.ok) throw new Error(parsed.detail);
    return isAnonymousUrl(parsed.url, owned, rotation);
  };

  const forms: [string, string | undefined][] = [
    ['public/team/avatar-2.jpg', undefined],
    ['public/team/ümlaut 100 ☂.png', undefined],
    ['public/team/avatar-2.jpg', ''],
    ['public/team/avatar-2.jpg', 'Ada Lovelace.jpg'],
  ];
  for (const [path, dl] of forms) {
    it(`is told from one of a person by its sid: ${path} ${dl === undefined ? '' : `dl=${dl}`}`, () => {
      expect(isAnonymous('anonymous', path, dl)).toBeTrue();
      expect(isAnonymous('anonymous', path, dl, 3)).toBeTrue();
      for (const person of ['ada', 'Anonymous', 'anonymou', 'anonymous '])
        expect(isAnonymous(person, path, dl)).toBeFalse();
    });
  }
});
