import type { ResourceRef } from './core/resource-ref.ts';
import { ResourceUrlError } from './core/resource-url-error.ts';
import { development, production } from './testing/signing-backend.ts';

const deliveryOrigins = ['https://cdn.example.com', 'https://example.com/cdn'];

interface Row {
  readonly what: string;
  readonly ref: ResourceRef;
  readonly path: string;
  readonly url: string;
}

const name = (text: string): ResourceRef => ({ kind: 'teamPhoto', name: text });

const accepted: Row[] = [
  { what: 'a plain path', ref: 'public/a.jpg', path: 'public/a.jpg', url: 'public/a.jpg' },
  { what: 'a leading slash', ref: '/public/a.jpg', path: 'public/a.jpg', url: 'public/a.jpg' },
  { what: 'a leading ./', ref: './public/a.jpg', path: 'public/a.jpg', url: 'public/a.jpg' },
  { what: 'both, repeated', ref: '/.//./public/a.jpg', path: 'public/a.jpg', url: 'public/a.jpg' },
  {
    what: 'doubled slashes',
    ref: 'public//team///a.jpg',
    path: 'public/team/a.jpg',
    url: 'public/team/a.jpg',
  },
  {
    what: 'no host behind two slashes',
    ref: '//evil.example/a.jpg',
    path: 'evil.example/a.jpg',
    url: 'evil.example/a.jpg',
  },
  {
    what: 'no scheme but http(s), data and blob',
    ref: 'javascript:alert(1)',
    path: 'javascript:alert(1)',
    url: 'javascript%3Aalert(1)',
  },
  {
    what: 'decomposed letters',
    ref: 'public/Zoe\u0308.jpg',
    path: 'public/Zo\u00eb.jpg',
    url: 'public/Zo%C3%AB.jpg',
  },
  {
    what: 'spaces and reserved characters',
    ref: 'a b+c&d=e;f@g.jpg',
    path: 'a b+c&d=e;f@g.jpg',
    url: 'a%20b%2Bc%26d%3De%3Bf%40g.jpg',
  },
  {
    what: 'a question mark and a hash in a name',
    ref: 'what?/#1.jpg',
    path: 'what?/#1.jpg',
    url: 'what%3F/%231.jpg',
  },
  {
    what: 'emoji',
    ref: 'public/\u{1F600}.jpg',
    path: 'public/\u{1F600}.jpg',
    url: 'public/%F0%9F%98%80.jpg',
  },
  { what: 'dots inside names', ref: '...a../.b.jpg', path: '...a../.b.jpg', url: '...a../.b.jpg' },
  {
    what: 'a segment of 255 bytes',
    ref: `${'\u00eb'.repeat(127)}x`,
    path: `${'\u00eb'.repeat(127)}x`,
    url: `${'%C3%AB'.repeat(127)}x`,
  },
  {
    what: 'a leading slash in a name',
    ref: name('/a.jpg'),
    path: 'public/team/a.jpg',
    url: 'images/users/a.jpg',
  },
  {
    what: 'a folder in a name',
    ref: name('./2026//a.jpg'),
    path: 'public/team/2026/a.jpg',
    url: 'images/users/2026/a.jpg',
  },
  {
    what: 'a document',
    ref: { kind: 'document', userId: 'u 1', name: 'a/b.pdf' },
    path: 'users/u 1/documents/a/b.pdf',
    url: 'documents/u%201/a/b.pdf',
  },
  {
    what: 'a URL on a delivery origin',
    ref: 'https://cdn.example.com/public/Zo%c3%ab%20M.jpg?sig=old&exp=1#x',
    path: 'public/Zo\u00eb M.jpg',
    url: 'public/Zo%C3%AB%20M.jpg',
  },
  {
    what: 'a URL on a delivery origin with a path',
    ref: 'https://example.com/cdn/public/a.jpg?sig=old',
    path: 'public/a.jpg',
    url: 'public/a.jpg',
  },
  {
    what: 'a URL on a delivery origin in place of a name',
    ref: name('https://cdn.example.com/public/team/a.jpg?sig=old'),
    path: 'public/team/a.jpg',
    url: 'public/team/a.jpg',
  },
];

const passedThrough = [
  'data:image/gif;base64,R0lGODlh',
  'DATA:,x',
  'blob:https://app.example/7c1e',
  'https://elsewhere.example/a.jpg?size=2#top',
  'http://cdn.example.com/public/a.jpg',
  'https://cdn.example.com.evil.example/public/a.jpg',
  'https://cdn.example.com@evil.example/public/a.jpg',
  'https://example.com/cdn2/public/a.jpg',
  'https://example.com/about.jpg',
  'HTTPS://EXAMPLE.com:443/cdn/public/a.jpg?sig=old',
];

const refused: { what: string; ref: ResourceRef }[] = [
  { what: 'nothing', ref: '' },
  { what: 'a slash', ref: '/' },
  { what: '..', ref: '..' },
  { what: '.. at the start', ref: '../a.jpg' },
  { what: '.. inside', ref: 'public/../users/a.jpg' },
  { what: '.. at the end', ref: 'public/..' },
  { what: '. inside', ref: 'public/./a.jpg' },
  { what: 'a trailing slash', ref: 'public/' },
  { what: 'a backslash', ref: 'public\\..\\a.jpg' },
  { what: 'a percent sign', ref: '100%.jpg' },
  { what: 'an encoded ..', ref: 'public/%2e%2e/a.jpg' },
  { what: 'a line feed', ref: 'public/a\n.jpg' },
  { what: 'a NUL', ref: 'public/a\u0000.jpg' },
  { what: 'a delete character', ref: 'public/a\u007f.jpg' },
  { what: 'a right-to-left override', ref: 'public/a\u202egpj.exe' },
  { what: 'a byte order mark', ref: '\ufeffpublic/a.jpg' },
  { what: 'half a surrogate pair', ref: 'public/\ud83d.jpg' },
  { what: 'a segment of 256 bytes', ref: '\u00eb'.repeat(128) },
  { what: 'a path of more than 1024 bytes', ref: Array(11).fill('x'.repeat(99)).join('/') },
  { what: 'a signature in a path', ref: '/cdn/public/a.jpg?exp=1&sig=abc' },
  { what: '.. in a name', ref: name('../avatars/a.jpg') },
  { what: 'an empty name', ref: name('') },
  { what: 'no name', ref: { kind: 'teamPhoto' } as unknown as ResourceRef },
  { what: 'a slash in a user id', ref: { kind: 'document', userId: 'a/documents', name: 'b.pdf' } },
  { what: '.. as a user id', ref: { kind: 'document', userId: '..', name: 'b.pdf' } },
  { what: 'an empty user id', ref: { kind: 'document', userId: '', name: 'b.pdf' } },
  { what: 'an encoded .. on a delivery origin', ref: 'https://cdn.example.com/public/%2e%2e/a.jpg' },
  { what: 'an encoded slash on a delivery origin', ref: 'https://cdn.example.com/public%2Fa.jpg' },
  { what: 'bad encoding on a delivery origin', ref: 'https://cdn.example.com/100%.jpg' },
  { what: 'bad UTF-8 on a delivery origin', ref: 'https://cdn.example.com/%ff.jpg' },
  { what: 'a delivery origin without path', ref: 'https://cdn.example.com/' },
  { what: 'a URL with a backslash', ref: 'https://cdn.example.com\\public\\a.jpg' },
  { what: 'a URL with a tab', ref: 'https://cdn.exam\tple.com/public/a.jpg' },
  { what: 'a URL without host', ref: 'https://' },
];

describe('References are normalised the same in both modes', () => {
  for (const { what, ref, path, url } of accepted) {
    it(`accepts ${what}`, async () => {
      const inDevelopment = development({ deliveryOrigins }).service;
      expect((await inDevelopment.sign(ref)).url).toBe(`/assets/deployed/${url}`);
    });

    it(`signs ${what}`, async () => {
      const { service, backend } = production({ deliveryOrigins });
      void service.preload(ref);
      await backend.sign();
      expect(backend.bodies).toEqual([jasmine.objectContaining({ path })]);
    });
  }

  for (const url of passedThrough) {
    it(`hands on ${url}`, async () => {
      const inDevelopment = development({ deliveryOrigins }).service;
      expect((await inDevelopment.sign(url)).url).toBe(url);
      expect((await inDevelopment.sign(name(url))).url).toBe(url);
    });

    it(`hands on ${url} in production, without a request`, async () => {
      const { service, backend } = production({ deliveryOrigins });
      expect((await service.sign(url)).url).toBe(url);
      expect((await service.sign(name(url))).url).toBe(url);
      expect(await backend.open()).toEqual([]);
    });
  }

  for (const { what, ref } of refused) {
    it(`refuses ${what}, and asks for nothing`, async () => {
      const { service, backend } = production({ deliveryOrigins });
      const error = (await service.sign(ref).catch((reason: unknown) => reason)) as ResourceUrlError;
      expect(error).toBeInstanceOf(ResourceUrlError);
      expect(error).toEqual(jasmine.objectContaining({ code: 'invalid-path', status: 0 }));
      expect(await backend.open()).toEqual([]);
    });

    it(`refuses ${what} in development already`, async () => {
      const { service } = development({ deliveryOrigins });
      await expectAsync(service.sign(ref)).toBeRejectedWith(
        jasmine.objectContaining({ code: 'invalid-path' }),
      );
      expect(service.getState(ref)().status).toBe('failed');
    });
  }

  it('takes a number for a parameter as its digits', async () => {
    const { service } = development();
    const ref = { kind: 'document', userId: 17, name: 'a.pdf' } as unknown as ResourceRef;
    expect((await service.sign(ref)).url).toBe('/assets/deployed/documents/17/a.pdf');
  });
});
