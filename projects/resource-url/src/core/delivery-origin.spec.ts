import { readReference, type Reference } from './delivery-origin.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import { inDevelopment, inProduction } from './testing/production-build.ts';

const origins = ['https://cdn.example.com', 'https://files.example.com/cdn', '/cdn'];
const itself = (url: string): [string, Reference] => [url, { url }];
const path = (text: string, of: string): [string, Reference] => [text, { path: of }];

describe('A reference', () => {
  const cases: [string, Reference][] = [
    itself('data:image/png;base64,AA=='),
    itself('DATA:,x'),
    itself('blob:https://app.example.com/1'),
    itself('https://example.com/a.jpg?x=1'),
    itself('HTTP://example.com/'),
    itself('https://cdn.example.com'),
    itself('https://cdn.example.com.evil.example/a.jpg'),
    itself('https://files.example.com/a.jpg'),
    path('https://cdn.example.com/public/a.jpg', 'public/a.jpg'),
    path('https://cdn.example.com/public/a.jpg?sig=1&exp=2', 'public/a.jpg'),
    path('https://cdn.example.com/public/a.jpg#x?y', 'public/a.jpg'),
    path('https://cdn.example.com//public//Zoe%CC%88%20b.jpg', 'public/Zoë b.jpg'),
    path('https://cdn.example.com/a%3Fb%23c.jpg?d', 'a?b#c.jpg'),
    path('https://files.example.com/cdn/a.jpg', 'a.jpg'),
    path('/cdn/a.jpg?sig=1\n2', 'a.jpg'),
    ['a.jpg', {}],
    ['/cdn', {}],
    ['/cdns/a.jpg', {}],
    ['x/data:a', {}],
    ['x/https://cdn.example.com/a.jpg', {}],
    ['javascript:alert(1)', {}],
    ['ftp://example.com/a.jpg', {}],
    ['//example.com/a.jpg', {}],
    ['https:a.jpg', {}],
    ['datax:', {}],
  ];
  for (const [text, reference] of cases) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(reference)}`, () => {
      for (const build of [inDevelopment, inProduction]) {
        expect(build(() => readReference(text, origins))).toEqual(reference);
      }
      expect(readReference(text, origins)).toEqual(reference);
    });
  }

  for (const text of ['https://cdn.example.com/%zz', 'https://cdn.example.com/%ff.jpg', '/cdn/%']) {
    it(`${text} on a delivery origin is no encoding`, () => {
      for (const build of [inDevelopment, inProduction]) {
        expect(() => build(() => readReference(text, origins))).toThrowError(URIError);
      }
    });
  }

  for (const text of [
    'https://cdn.example.com/',
    'https://cdn.example.com/?sig=1',
    'https://cdn.example.com/a%3Fsig=1',
  ]) {
    it(`${text} on a delivery origin is refused`, () => {
      for (const build of [inDevelopment, inProduction]) {
        expect(() => build(() => readReference(text, origins))).toThrowError(
          ResourceUrlError,
          /^invalid-path: /,
        );
      }
    });
  }

  for (const text of [
    'https://example.com/a\\b',
    'https://example.com/a\tb',
    'https://example.com/a%2fb',
    'https://example.com/a%2Fb',
    'https://:bad:host/',
  ]) {
    it(`${JSON.stringify(text)}, which browsers read differently, is refused in development`, () => {
      for (const run of [() => readReference(text, origins), () => readReference(text, [])]) {
        expect(run).toThrowError(ResourceUrlError, /is no usable URL/);
        expect(() => inDevelopment(run)).toThrowError(ResourceUrlError, /is no usable URL/);
        expect(inProduction(run)).toEqual({ url: text });
      }
    });
  }

  it('that is no web URL may hold what browsers read differently: it is a path, or said to be none later', () => {
    expect(readReference('a\\b', origins)).toEqual({});
    expect(readReference('data:,a%2Fb', origins)).toEqual({ url: 'data:,a%2Fb' });
  });
});
