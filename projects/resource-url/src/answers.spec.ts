import type { TestRequest } from '@angular/common/http/testing';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

type Flushed = Parameters<TestRequest['flush']>[0];

describe('Every resource of a batch has an answer of its own', () => {
  it('fails the one that was refused and hands out the others', async () => {
    const { service, backend } = production();
    const refs = ['public/a.jpg', 'public/gone.jpg', 'public/c.jpg'];
    const streams = refs.map((ref) => record(service.getUrl(ref)));
    const [batch] = await backend.open();
    batch!.flush({
      results: [
        backend.signed(refs[0]!),
        { error: { code: 'resource-not-found', status: 404, detail: 'No such resource.' } },
        backend.signed(refs[2]!),
      ],
    });
    expect(streams.map(({ urls }) => urls.length)).toEqual([1, 0, 1]);
    expect(refs.map((ref) => service.getState(ref)().status)).toEqual(['ready', 'failed', 'ready']);
    expect(service.getState(refs[1]!)().error).toEqual(
      jasmine.objectContaining({ code: 'resource-not-found', status: 404 }),
    );
  });

  it('fails only the malformed ones', async () => {
    const { service, backend } = production();
    const refs = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
    void service.preload(refs);
    const [batch] = await backend.open();
    batch!.flush({ results: [null, backend.signed('b.jpg'), 'no', { error: 'no' }] });
    expect(refs.map((ref) => service.getState(ref)().error?.code)).toEqual([
      'malformed-answer',
      undefined,
      'malformed-answer',
      'http-error',
    ]);
    expect(service.getState('d.jpg')().error?.status).toBe(0);
  });

  for (const [what, answer] of Object.entries<Flushed>({
    'fewer results': { results: [{}] },
    'more results': { results: [{}, {}, {}] },
    'no results': {},
    'results that are no list': { results: { length: 2 } },
    'a list': [],
    nothing: null,
    'a string': 'ok',
  })) {
    it(`fails all of them on ${what}`, async () => {
      const { service, backend } = production();
      void service.preload(['a.jpg', 'b.jpg']);
      const [batch] = await backend.open();
      batch!.flush(answer);
      for (const ref of ['a.jpg', 'b.jpg']) {
        expect(service.getState(ref)().error?.code).toBe('malformed-answer');
      }
    });
  }
});

describe('No answer is believed', () => {
  const good = () => ({
    url: 'https://cdn.example.com/public/a.jpg?sig=s',
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    signatureId: 'sig_s',
  });

  async function answeredWith(answer: Flushed) {
    const { service, backend } = production();
    const stream = record(service.getUrl('public/a.jpg'));
    const [request] = await backend.open();
    request!.flush(answer);
    return { urls: stream.urls, state: service.getState('public/a.jpg')() };
  }

  for (const url of [
    'https://cdn.example.com/public/a.jpg?sig=s',
    'http://127.0.0.1:3000/cdn/public/a.jpg?sig=s',
    'HTTPS://cdn.example.com/a.jpg',
    '/cdn/public/a.jpg?sig=s',
  ]) {
    it(`hands out ${url}`, async () => {
      expect((await answeredWith({ ...good(), url })).urls).toEqual([url]);
    });
  }

  for (const url of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://app.example/1',
    'ftp://cdn.example.com/a.jpg',
    'file:///etc/passwd',
    '//evil.example/a.jpg',
    '/\\evil.example/a.jpg',
    '/\t/evil.example/a.jpg',
    'https:evil.example',
    'https://cdn.example.com\\@evil.example/a.jpg',
    'https://cdn.example.com/a.jpg\nx',
    'cdn/public/a.jpg',
    '',
  ]) {
    it(`refuses ${JSON.stringify(url)}`, async () => {
      const { urls, state } = await answeredWith({ ...good(), url });
      expect(urls).toEqual([]);
      expect(state).toEqual(jasmine.objectContaining({ status: 'failed' }));
      expect(state.error?.code).toBe('malformed-answer');
    });
  }

  for (const [what, answer] of Object.entries<Flushed>({
    'no URL': { ...good(), url: undefined },
    'a URL that is no string': { ...good(), url: { toString: 1 } },
    'no expiry': { ...good(), expiresAt: undefined },
    'an expiry that is no date': { ...good(), expiresAt: 'tomorrow' },
    'an expiry that is a number': { ...good(), expiresAt: 1_900_000_000 },
    'no signature id': { ...good(), signatureId: undefined },
    nothing: null,
    'a page': '<html>Please sign in</html>',
    'a list': [good()],
  })) {
    it(`fails on ${what}`, async () => {
      const { urls, state } = await answeredWith(answer);
      expect(urls).toEqual([]);
      expect(state.error?.code).toBe('malformed-answer');
      expect(state.error?.message).toContain('public/a.jpg');
    });
  }

  for (const expiresAt of ['2020-01-01T00:00:00Z', '2026-01-01T12:00:00Z']) {
    it(`refuses a URL that expired at ${expiresAt} when that is not later than now`, async () => {
      jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
      const { urls, state } = await answeredWith({ ...good(), expiresAt });
      expect(urls).toEqual([]);
      expect(state.error?.code).toBe('expired-answer');
      jasmine.clock().uninstall();
    });
  }
});
