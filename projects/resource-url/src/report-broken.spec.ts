import { record } from './testing/recorded-stream.ts';
import { development, production } from './testing/signing-backend.ts';

describe('reportBroken', () => {
  const ref = 'public/a.jpg';

  it('asks for a new URL and hands it to everyone who shows the broken one', async () => {
    const { service, backend } = production();
    const streams = [record(service.getUrl(ref)), record(service.getUrl(ref))];
    await backend.sign();
    service.reportBroken(ref);
    expect(service.getState(ref)().status).toBe('stale');
    await backend.sign();
    expect(service.getState(ref)().status).toBe('ready');
    for (const { urls } of streams) {
      expect(urls.length).toBe(2);
      expect(urls[1]).not.toBe(urls[0]!);
    }
  });

  it('asks once when two hundred elements report the same URL', async () => {
    const { service, backend } = production();
    record(service.getUrl(ref));
    await backend.sign();
    for (let n = 0; n < 200; n++) service.reportBroken(ref);
    await backend.sign();
    expect(backend.answered).toBe(2);
  });

  it('does not hand the broken URL to a new subscriber', async () => {
    const { service, backend } = production();
    record(service.getUrl(ref));
    await backend.sign();
    service.reportBroken(ref);
    expect(record(service.getUrl(ref)).urls).toEqual([]);
  });

  it('changes nothing before there is a URL, as for the error of an empty src', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl(ref));
    service.reportBroken(ref);
    await backend.sign();
    expect(backend.answered).toBe(1);
    service.reportBroken('public/never-asked-for.jpg');
    expect(await backend.open()).toEqual([]);
    expect(stream.urls.length).toBe(1);
  });

  it('shows the fallback when the new URL is refused, and does not ask again for a broken fallback', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl(ref));
    await backend.sign();
    service.reportBroken(ref);
    await backend.refuse(403, 'owner-revoked');
    expect(stream.urls[1]).toBe('/assets/nobody.svg');
    expect(service.getState(ref)().status).toBe('fallback');
    service.reportBroken(ref);
    expect(await backend.open()).toEqual([]);
  });

  it('shows the fallback when the URL breaks during a refresh that fails', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl(ref));
    await backend.sign();
    service.refresh(ref);
    service.reportBroken(ref);
    await backend.refuse(403, 'owner-revoked');
    expect(backend.answered).toBe(2);
    expect(stream.urls[1]).toBe('/assets/nobody.svg');
  });

  it('is failed when the new URL is refused and there is no fallback', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl(ref));
    await backend.sign();
    service.reportBroken(ref);
    await backend.refuse(403, 'owner-revoked');
    expect(stream.urls.length).toBe(1);
    expect(service.getState(ref)()).toEqual({
      status: 'failed',
      expiresAt: undefined,
      error: jasmine.objectContaining({ code: 'owner-revoked', status: 403 }),
    });
  });

  it('does not repeat a URL that comes back the same, so that no element loads it for ever', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl(ref));
    const answer = backend.signed(ref);
    (await backend.open())[0]!.flush(answer);
    service.reportBroken(ref);
    (await backend.open())[0]!.flush(answer);
    service.reportBroken(ref);
    expect(await backend.open()).toEqual([]);
    expect(stream.urls).toEqual([answer.url, '/assets/nobody.svg']);
    expect(service.getState(ref)()).toEqual({
      status: 'fallback',
      expiresAt: undefined,
      error: jasmine.objectContaining({ code: 'does-not-load' }),
    });
  });

  it('gives a URL that did not load another chance with the next subscription, and with refresh()', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const answer = backend.signed(ref);
    const first = record(service.getUrl(ref));
    (await backend.open())[0]!.flush(answer);
    for (const again of [() => record(service.getUrl(ref)), () => service.refresh(ref)]) {
      service.reportBroken(ref);
      (await backend.open())[0]!.flush(answer);
      expect(first.urls.at(-1)).toBe('/assets/nobody.svg');
      again();
      (await backend.open())[0]!.flush(answer);
      expect(first.urls.at(-1)).toBe(answer.url);
    }
  });

  it('repeats no direct path in development', async () => {
    const { service } = development();
    const stream = record(service.getUrl(ref));
    await Promise.resolve();
    service.reportBroken(ref);
    await Promise.resolve();
    expect(stream.urls).toEqual(['/assets/deployed/public/a.jpg']);
    expect(service.getState(ref)().error?.code).toBe('does-not-load');
  });
});
