import fc from 'fast-check';
import { ResourceUrlError } from './resource-url-error.ts';
import { readAnswers, refusal, signBody } from './sign-contract.ts';
import { requestOf } from './testing/scripted-transport.ts';

const now = Date.UTC(2026, 0, 1, 12);
const good = {
  url: 'https://cdn.example.com/a.jpg?sig=1',
  expiresAt: '2026-01-01T13:00:00.000Z',
  signatureId: 'sig_1',
};
const read = (answer: unknown) => readAnswers({ results: [answer] }, [requestOf('a.jpg')], now)[0]!;
const codeOf = (outcome: unknown) => (outcome instanceof ResourceUrlError ? outcome.code : outcome);

describe('The body of a sign request', () => {
  it('holds path, lifetime and reason, and nothing of development', () => {
    const body = signBody({ path: 'a.jpg', assetPath: 'b.jpg', reason: 'x', expiryMinutes: 5 });
    expect(body).toEqual({ path: 'a.jpg', reason: 'x', expiryMinutes: 5 });
  });

  it('leaves the lifetime to the policy when there is none', () => {
    expect(JSON.stringify(signBody(requestOf('a.jpg')))).toBe('{"path":"a.jpg","reason":"resource"}');
  });
});

describe('An answer', () => {
  it('is a URL, its end and its signature id, and nothing else that came', () => {
    expect(read({ ...good, more: 1 })).toEqual({ ...good, expiresAt: new Date(good.expiresAt) });
  });

  for (const url of [
    'https://cdn.example.com/a',
    'HTTPS://cdn.example.com/a',
    'http://127.0.0.1:3000/a?b#c',
    '/cdn/a.jpg?sig=1',
    '/a',
    'https://cdn.example.com/Zoë',
  ]) {
    it(`may be ${url}`, () => expect(read({ ...good, url })).toEqual(jasmine.objectContaining({ url })));
  }

  for (const url of [
    '',
    'a.jpg',
    '/',
    '//evil.example/a',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://cdn.example.com/a',
    'https:/cdn.example.com/a',
    'https://',
    ' https://cdn.example.com/a',
    'https://cdn.example.com/a b',
    'https://cdn.example.com/a\n',
    '/\\evil.example/a',
    '/\t/evil.example/a',
    '/a\u0000',
    '/a\u0085',
    'x https://cdn.example.com/a',
    'xhttps://cdn.example.com/a',
  ]) {
    it(`must not be ${JSON.stringify(url)}`, () => {
      const outcome = read({ ...good, url });
      expect(codeOf(outcome)).toBe('malformed-answer');
      expect((outcome as Error).message).toContain('a.jpg');
    });
  }

  for (const answer of [
    undefined,
    null,
    false,
    'text',
    7,
    [],
    {},
    { ...good, url: undefined },
    { ...good, url: 7 },
    { ...good, signatureId: undefined },
    { ...good, signatureId: 7 },
    { ...good, expiresAt: undefined },
    { ...good, expiresAt: 'soon' },
    { ...good, expiresAt: null },
    { ...good, expiresAt: { toString: null } },
    { ...good, error: null, url: null },
  ]) {
    it(`is malformed when it is ${JSON.stringify(answer)}`, () => {
      expect(codeOf(read(answer))).toBe('malformed-answer');
    });
  }

  it('is refused when its URL has expired on arrival', () => {
    const at = (ms: number) => read({ ...good, expiresAt: new Date(now + ms).toISOString() });
    expect([codeOf(at(-1)), codeOf(at(0))]).toEqual(['expired-answer', 'expired-answer']);
    expect(at(1)).toEqual({ ...good, expiresAt: new Date(now + 1) });
  });

  it('may be an error, with a code and a status of its own', () => {
    const cases: [unknown, string, number][] = [
      [{ code: 'path-forbidden', status: 403 }, 'path-forbidden', 403],
      [{ code: 'path-forbidden', status: '404' }, 'path-forbidden', 404],
      [{ code: 'path-forbidden' }, 'path-forbidden', 0],
      [{ status: 'x' }, 'http-error', 0],
      [true, 'http-error', 0],
    ];
    for (const [error, code, status] of cases) {
      const outcome = read({ ...good, error }) as ResourceUrlError;
      expect([outcome.code, outcome.status, outcome.retryAfter]).toEqual([code, status, undefined]);
      expect(outcome.message).toContain('a.jpg');
    }
  });
});

describe('The answers of a batch', () => {
  const requests = ['a.jpg', 'b.jpg'].map(requestOf);
  const codes = (answer: unknown) => readAnswers(answer, requests, now).map(codeOf);

  it('are one for each resource, in order', () => {
    const outcomes = readAnswers({ results: [good, { error: { code: 'x', status: 404 } }] }, requests, now);
    expect(outcomes[0]).toEqual({ ...good, expiresAt: new Date(good.expiresAt) });
    expect(outcomes[1]).toEqual(jasmine.objectContaining({ code: 'x', status: 404 }));
    expect((outcomes[1] as Error).message).toContain('b.jpg');
  });

  for (const answer of [
    undefined,
    null,
    'text',
    [],
    [good, good],
    {},
    { results: [good] },
    { results: [good, good, good] },
    { results: null },
    { results: 'ab' },
    { results: { 0: good, 1: good } },
  ]) {
    it(`are all malformed when it is ${JSON.stringify(answer)?.slice(0, 50)}`, () => {
      expect(codes(answer)).toEqual(['malformed-answer', 'malformed-answer']);
    });
  }

  it('are as many as the resources, whatever came, and hold no URL that must not be used', () => {
    const url = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('//x', '/a', 'javascript:x'));
    const answer = fc.record({ url, expiresAt: fc.constant(good.expiresAt), signatureId: fc.string() });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ results: fc.array(answer) })), (json) => {
        const outcomes = readAnswers(json, requests, now);
        expect(outcomes.length).toBe(2);
        for (const outcome of outcomes) {
          if (outcome instanceof ResourceUrlError) continue;
          expect(['http:', 'https:']).toContain(new URL(outcome.url, 'https://app.example.com').protocol);
          if (outcome.url.startsWith('/')) {
            expect(new URL(outcome.url, 'https://app.example.com').host).toBe('app.example.com');
          }
        }
      }),
    );
  });
});

describe('A refusal', () => {
  it('takes the code of the problem, the status and Retry-After', () => {
    const error = refusal('a.jpg', 429, { code: 'rate-limited', detail: 'secret' }, 7);
    expect([error.code, error.status, error.retryAfter]).toEqual(['rate-limited', 429, 7]);
    expect(error.message).toBe('rate-limited: "a.jpg" was refused');
  });

  for (const code of ['a', 'rate-limited', 'Under_Score9', 'x'.repeat(64)]) {
    it(`may have the code ${code.slice(0, 20)}`, () => {
      expect(refusal('a.jpg', 400, { code }).code).toBe(code);
    });
  }

  for (const code of ['', 'two words', 'https://x/?sig=1', 'a\n', ' a', 7, null, undefined]) {
    it(`has no code of its own for ${JSON.stringify(code)?.slice(0, 30)}`, () => {
      expect(refusal('a.jpg', 400, { code }).code).toBe('http-error');
    });
  }

  for (const problem of [undefined, null, 'code', 7, []]) {
    it(`has no code of its own when the problem is ${JSON.stringify(problem)}`, () => {
      expect(refusal('a.jpg', 502, problem).code).toBe('http-error');
    });
  }
});
