import { isTransient, ResourceUrlError } from './resource-url-error.ts';

describe('ResourceUrlError', () => {
  it('is an error with a name, a message and what programs look at', () => {
    const error = new ResourceUrlError('rate-limited', 'Slow down.', 429, 3);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('ResourceUrlError: Slow down.');
    expect([error.code, error.status, error.retryAfter]).toEqual(['rate-limited', 429, 3]);
  });

  it('has status 0 when no answer came', () => {
    const error = new ResourceUrlError('network', 'Nobody there.');
    expect([error.status, error.retryAfter]).toEqual([0, undefined]);
  });
});

describe('Whether asking again may help', () => {
  const cases: [string, number, boolean][] = [
    ['network', 0, true],
    ['http-error', 408, true],
    ['http-error', 429, true],
    ['http-error', 500, true],
    ['unavailable', 503, true],
    ['http-error', 499, false],
    ['http-error', 400, false],
    ['http-error', 401, false],
    ['http-error', 407, false],
    ['http-error', 409, false],
    ['http-error', 428, false],
    ['http-error', 430, false],
    ['request-failed', 0, false],
    ['expired-answer', 0, false],
    ['does-not-load', 0, false],
  ];
  for (const [code, status, may] of cases) {
    it(`${code} ${status}: ${may ? 'yes' : 'no'}`, () => {
      expect(isTransient(new ResourceUrlError(code, '', status))).toBe(may);
    });
  }

  it('no for a URL, for nothing, and for errors of others', () => {
    expect([{ url: '/a.jpg' }, undefined, new Error('network')].some(isTransient)).toBe(false);
  });
});
