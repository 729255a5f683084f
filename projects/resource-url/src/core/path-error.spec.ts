import fc from 'fast-check';
import { pathError } from './path-error.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import { inDevelopment, inProduction } from './testing/production-build.ts';

describe('The error about a path', () => {
  it('says in development what is wrong with which path', () => {
    const message = 'network: "a.jpg" got no answer from the signing API';
    expect(pathError('network', 'a.jpg').message).toBe(message);
    expect(inDevelopment(() => pathError('network', 'a.jpg')).message).toBe(message);
  });

  it('says in production which path it is', () => {
    expect(inProduction(() => pathError('network', 'a.jpg')).message).toBe('network: "a.jpg"');
  });

  it('carries code, status and Retry-After', () => {
    const error = pathError('rate-limited', 'a.jpg', 429, 7);
    expect(error).toBeInstanceOf(ResourceUrlError);
    expect([error.code, error.status, error.retryAfter]).toEqual(['rate-limited', 429, 7]);
    const { status, retryAfter } = pathError('network', 'a.jpg');
    expect([status, retryAfter]).toEqual([0, undefined]);
  });

  const cut: [string, string][] = [
    ['a.jpg?sig=SECRET', 'a.jpg'],
    ['a.jpg?x\nsig=SECRET', 'a.jpg'],
    ['a.jpg#sig=SECRET', 'a.jpg'],
    ['a.jpg&sig=SECRET', 'a.jpg'],
    ['a.jpg%3Fsig=SECRET', 'a.jpg'],
    ['a.jpg%3fsig%3dSECRET', 'a.jpg'],
    ['https%3A%2F%2Fcdn.example.com%2Fa.jpg%3Fsig%3DSECRET', 'https%3A%2F%2Fcdn.example.com%2Fa.jpg'],
    ['?sig=SECRET', ''],
    ['Tom & Jerry.jpg', 'Tom & Jerry.jpg'],
    ['a'.repeat(2000), 'a'.repeat(2000)],
  ];
  for (const [path, quoted] of cut) {
    it(`quotes ${JSON.stringify(path).slice(0, 60)} as far as it can be no query`, () => {
      for (const build of [inProduction, inDevelopment]) {
        const { message, stack } = build(() => pathError('invalid-path', path));
        expect(message.startsWith(`invalid-path: "${quoted}"`)).toBeTrue();
        expect(`${message}${stack}`).not.toContain('SECRET');
      }
    });
  }

  it('never holds what comes after a signature has begun', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(text, fc.constantFrom('?', '#', '&sig=', '%3F', '%3f'), (before, sign) => {
        const { message } = pathError('network', `${before}${sign}SECRET`);
        expect(message).not.toContain('SECRET');
      }),
    );
  });
});
