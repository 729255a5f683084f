import { computed } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { record } from './testing/recorded-stream.ts';
import { development, production } from './testing/signing-backend.ts';

describe('getState', () => {
  const ref = 'public/a.jpg';

  it('goes from loading to ready, and tells the expiry', async () => {
    const { service, backend } = production();
    const state = service.getState(ref);
    expect(state()).toEqual({ status: 'loading', expiresAt: undefined, error: undefined });
    const signing = service.sign(ref);
    expect(state().status).toBe('loading');
    await backend.sign();
    expect(state()).toEqual({ status: 'ready', expiresAt: (await signing).expiresAt, error: undefined });
  });

  it('is ready before the URL is emitted', async () => {
    const { service, backend } = production();
    const seen: string[] = [];
    service.getUrl(ref).subscribe(() => seen.push(service.getState(ref)().status));
    await backend.sign();
    expect(seen).toEqual(['ready']);
  });

  it('tells what came before anybody asked for the state', async () => {
    const { service, backend } = production();
    void service.preload(ref);
    await backend.sign();
    expect(service.getState(ref)().status).toBe('ready');
  });

  it('is fallback, with the reason, while the fallback is shown', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    record(service.getUrl(ref));
    await backend.refuse(403, 'path-forbidden');
    expect(service.getState(ref)()).toEqual({
      status: 'fallback',
      expiresAt: undefined,
      error: jasmine.objectContaining({ code: 'path-forbidden' }),
    });
  });

  it('is ready in development and for URLs passed through, without expiry', async () => {
    const { service } = development();
    await service.preload(ref);
    for (const each of [ref, 'data:,x']) {
      expect(service.getState(each)()).toEqual({ status: 'ready', expiresAt: undefined, error: undefined });
    }
  });

  it('is failed from the start for a reference that cannot name a resource', () => {
    const { service } = development();
    expect(service.getState('../a.jpg')()).toEqual(jasmine.objectContaining({ status: 'failed' }));
  });

  it('does not change for a subscription that finds a URL at hand', async () => {
    const { service, backend } = production();
    record(service.getUrl(ref));
    await backend.sign();
    const before = service.getState(ref)();
    record(service.getUrl(ref)).stop();
    expect(service.getState(ref)()).toBe(before);
  });

  it('does not change when the first URL is asked for', () => {
    const { service } = production();
    const before = service.getState(ref)();
    record(service.getUrl(ref));
    expect(service.getState(ref)()).toBe(before);
  });

  it('tells the expiry and the error of the latest answer', async () => {
    const { service, backend } = production();
    const state = service.getState(ref);
    record(service.getUrl(ref));
    await backend.refuse(500, 'first');
    expect(state().error?.code).toBe('first');
    service.refresh(ref);
    await backend.refuse(500, 'second');
    expect(state().error?.code).toBe('second');
    service.refresh(ref);
    await backend.sign(10);
    const { expiresAt } = state();
    service.refresh(ref);
    await backend.sign(20);
    expect(state().expiresAt!.getTime()).toBeGreaterThan(expiresAt!.getTime());
    expect(state().error).toBeUndefined();
  });

  it('may be read, and the stream subscribed to, inside a computed', async () => {
    const { service, backend } = production();
    const status = TestBed.runInInjectionContext(() =>
      computed(() => {
        const state = service.getState(ref);
        record(service.getUrl('../invalid.jpg')).stop();
        record(service.getUrl(ref)).stop();
        return state().status;
      }),
    );
    spyOn(console, 'error');
    expect(status()).toBe('loading');
    await backend.sign();
    expect(status()).toBe('ready');
  });
});
