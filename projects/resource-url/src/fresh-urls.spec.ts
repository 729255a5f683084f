import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

describe('refresh', () => {
  const ref = 'public/a.jpg';

  it('replaces the URL for everyone, who show the old one until then', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl(ref));
    await backend.sign();
    service.refresh(ref);
    const late = record(service.getUrl(ref));
    expect(late.urls).toEqual(stream.urls);
    await backend.sign();
    expect(stream.urls.length).toBe(2);
    expect(late.urls[0]).toBe(stream.urls[0]!);
  });

  it('keeps the old URL and says stale when no new one is to be had', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl(ref));
    await backend.sign();
    service.refresh(ref);
    await backend.refuse(500, 'broken');
    expect(stream.urls.length).toBe(1);
    expect(service.getState(ref)()).toEqual({
      status: 'stale',
      expiresAt: jasmine.any(Date) as unknown as Date,
      error: jasmine.objectContaining({ code: 'broken' }),
    });
    expect(record(service.getUrl(ref)).urls).toEqual(stream.urls);
  });

  it('leaves what is shown when the old URL expired and no new one is to be had', async () => {
    jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl(ref));
    await backend.sign();
    jasmine.clock().tick(60 * 60_000);
    service.refresh(ref);
    await backend.refuse(500, 'broken');
    expect(stream.urls.length).toBe(1);
    expect(record(service.getUrl(ref)).urls).toEqual([]);
    await backend.refuse(500, 'broken');
    expect(stream.urls.length).toBe(1);
    jasmine.clock().uninstall();
  });

  it('gets a URL for a resource nobody shows yet', async () => {
    const { service, backend } = production();
    service.refresh(ref);
    await backend.sign();
    expect(record(service.getUrl(ref)).urls.length).toBe(1);
  });
});

describe('invalidate', () => {
  const ref = 'public/a.jpg';

  it('asks anew at the next subscription, and leaves alone what is shown', async () => {
    const { service, backend } = production();
    const shown = record(service.getUrl(ref));
    await backend.sign();
    service.invalidate(ref);
    expect(service.getState(ref)().status).toBe('stale');
    expect(await backend.open()).toEqual([]);
    const next = record(service.getUrl(ref));
    expect(next.urls).toEqual([]);
    await backend.sign();
    expect(next.urls).not.toEqual(shown.urls);
    expect(shown.urls.length).toBe(1);
  });

  it('does not use an answer that was under way', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl(ref));
    const [tooEarly] = await backend.open();
    service.invalidate(ref);
    tooEarly!.flush(backend.signed(ref));
    expect(stream.urls).toEqual([]);
    await backend.sign();
    expect(stream.urls.length).toBe(1);
  });

  it('changes nothing for a resource without URL', async () => {
    const { service, backend } = production();
    service.invalidate(ref);
    expect(service.getState(ref)().status).toBe('loading');
    expect(await backend.open()).toEqual([]);
  });
});

describe('clear', () => {
  const ref = 'public/a.jpg';

  it('forgets every URL, and leaves alone what is shown', async () => {
    const { service, backend } = production();
    const shown = record(service.getUrl(ref));
    await backend.sign();
    service.clear();
    expect(service.getState(ref)().status).toBe('loading');
    expect(await backend.open()).toEqual([]);
    expect(record(service.getUrl(ref)).urls).toEqual([]);
    await backend.sign();
    expect(shown.urls.length).toBe(1);
  });

  it('aborts what is under way and asks again for those who wait', async () => {
    const { service, backend } = production();
    const waiting = record(service.getUrl(ref));
    service.preload('public/left.jpg');
    const [aborted] = await backend.open();
    service.clear();
    expect(aborted!.cancelled).toBeTrue();
    await backend.sign();
    expect(backend.bodies).toEqual([{ path: ref, reason: 'resource' }]);
    expect(waiting.urls.length).toBe(1);
  });

  it('forgets what was to be asked for in this very turn', async () => {
    const { service, backend } = production();
    void service.preload('public/a.jpg');
    service.clear();
    expect(await backend.open()).toEqual([]);
  });

  it('rejects sign() with cancelled', async () => {
    const { service } = production();
    const signing = service.sign(ref);
    service.clear();
    await expectAsync(signing).toBeRejectedWith(jasmine.objectContaining({ code: 'cancelled' }));
  });

  it('leaves URLs that were passed through', () => {
    const { service } = production();
    service.clear();
    expect(record(service.getUrl('data:,x')).urls).toEqual(['data:,x']);
    service.clear();
    expect(service.getState('data:,x')().status).toBe('ready');
  });
});
