import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { answerFor, mockTime } from './testing/mocked-time.ts';
import { PHOTO_NAMES, PhotoGallery, shownBy } from './testing/photo-gallery.ts';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

describe('Two hundred images and a signing API that does not answer', () => {
  mockTime();

  const ref = { kind: 'teamPhoto', name: PHOTO_NAMES[0]! } as const;
  const byDefault = { retry: {}, fallback: '/assets/nobody.svg' };

  function render() {
    const { service, backend } = production(byDefault);
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.detectChanges();
    return { service, backend, fixture };
  }

  it('cost four requests, after about 1, 2 and 4 seconds, and then one every 30 seconds', async () => {
    const { backend } = render();
    const times = await answerFor(180_000, (api) => api.refuse(503, 'down'), backend);
    const [first, second, third, fourth, ...probes] = times;
    expect(first).toBe(0);
    for (const [delay, wanted] of [
      [second! - first!, 1],
      [third! - second!, 2],
      [fourth! - third!, 4],
    ] as const) {
      expect(delay).toBeGreaterThanOrEqual(0.75 * wanted);
      expect(delay).toBeLessThanOrEqual(1.25 * wanted + 0.25);
    }
    expect(probes.length).toBe(5);
    probes.forEach((time, n) => expect(time - (probes[n - 1] ?? fourth!)).toBeCloseTo(30, 0));
    expect(
      backend.bodies.every((body) => (body as { resources: unknown[] }).resources.length === 200),
    ).toBeTrue();
  });

  it('show the fallback when the four requests failed, and not before', async () => {
    const { service, backend, fixture } = render();
    const times = await answerFor(5_000, (api) => api.refuse(503, 'down'), backend);
    fixture.detectChanges();
    expect(times.length).toBeLessThan(4);
    expect(shownBy(fixture)).toEqual(PHOTO_NAMES.map(() => null));
    expect(service.getState(ref)().status).toBe('loading');
    await answerFor(5_000, (api) => api.refuse(503, 'down'), backend);
    fixture.detectChanges();
    expect(shownBy(fixture)).toEqual(PHOTO_NAMES.map(() => '/assets/nobody.svg'));
    expect(service.getState(ref)().error).toEqual(jasmine.objectContaining({ code: 'down', status: 503 }));
  });

  it('are all shown when a repetition comes through', async () => {
    const { backend, fixture } = render();
    await backend.refuse(500, 'down');
    await answerFor(2_000, (api) => api.sign(), backend);
    fixture.detectChanges();
    expect(backend.answered).toBe(2);
    expect(shownBy(fixture).every((src) => src?.includes('?sig='))).toBeTrue();
  });

  it('are all shown by one request when the API is back, with nobody doing anything', async () => {
    const { service, backend, fixture } = render();
    await answerFor(120_000, (api) => api.refuse(503, 'down'), backend);
    const before = backend.answered;
    await answerFor(30_500, (api) => api.sign(), backend);
    fixture.detectChanges();
    expect(backend.answered).toBe(before + 1);
    expect(shownBy(fixture).every((src) => src?.includes('?sig='))).toBeTrue();
    expect(service.getState(ref)().status).toBe('ready');
    expect(await answerFor(120_000, (api) => api.sign(), backend)).toEqual([]);
  });

  // With the shortest and the longest delays that the jitter makes: what comes when must not depend on the dice.
  for (const jitter of [0, 1 - Number.EPSILON]) {
    for (const { gone, when, repetitions } of [
      { gone: 1_500, when: 'during a repetition', repetitions: 2 },
      { gone: 60_000, when: 'between two probes', repetitions: 0 },
    ]) {
      it(`ask for nothing any more when they are gone ${when}, with ${jitter ? 'long' : 'short'} delays`, async () => {
        spyOn(Math, 'random').and.returnValue(jitter);
        const { backend, fixture } = render();
        await answerFor(gone, (api) => api.refuse(503, 'down'), backend);
        const before = backend.answered;
        fixture.destroy();
        // What was on its way comes to its end, and is not asked for again.
        const times = await answerFor(180_000, (api) => api.refuse(503, 'down'), backend);
        expect(times.length).toBe(repetitions);
        if (repetitions) expect(before + times.length).toBe(4);
      });
    }
  }

  it('leave nothing behind when the application is gone, neither timers nor listeners', async () => {
    const added = spyOn(document, 'addEventListener').and.callThrough();
    const removed = spyOn(document, 'removeEventListener').and.callThrough();
    const { service, backend } = production(byDefault);
    record(service.getUrl(ref));
    await answerFor(15_000, (api) => api.refuse(503, 'down'), backend);
    globalThis.dispatchEvent(new Event('online'));
    const http = TestBed.inject(HttpTestingController);
    TestBed.resetTestingModule();
    jasmine.clock().tick(10_000);
    const listeners = (calls: readonly unknown[][]) =>
      new Set(calls.flatMap(([type, listener]) => (type === 'visibilitychange' ? [listener] : [])));
    expect(listeners(added.calls.allArgs()).size).toBeGreaterThan(0);
    expect(listeners(removed.calls.allArgs())).toEqual(listeners(added.calls.allArgs()));
    globalThis.dispatchEvent(new Event('online'));
    jasmine.clock().tick(300_000);
    await Promise.resolve();
    expect(http.match(() => true)).toEqual([]);
  });
});

describe('Retry-After', () => {
  mockTime();

  it('of five seconds is waited for', async () => {
    const { service, backend } = production({ retry: {} });
    record(service.getUrl('public/a.jpg'));
    await backend.refuse(429, 'too-many-requests', { 'Retry-After': '5' });
    const [time, ...others] = await answerFor(10_000, (api) => api.sign(), backend);
    expect(time).toBeGreaterThanOrEqual(5);
    expect(time).toBeLessThanOrEqual(6.5);
    expect(others).toEqual([]);
  });

  it('as a date is not understood: the usual second passes', async () => {
    const { service, backend } = production({ retry: {} });
    record(service.getUrl('public/a.jpg'));
    await backend.refuse(429, 'too-many-requests', { 'Retry-After': 'Thu, 01 Jan 2026 12:00:05 GMT' });
    const [time] = await answerFor(10_000, (api) => api.sign(), backend);
    expect(time).toBeLessThanOrEqual(2);
  });

  it('of two minutes is told to who waits at once, and waited for', async () => {
    const { service, backend } = production({ retry: {}, fallback: '/assets/nobody.svg' });
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.refuse(503, 'maintenance', { 'Retry-After': '120' });
    expect(stream.urls).toEqual(['/assets/nobody.svg']);
    expect(service.getState('public/a.jpg')().error?.retryAfter).toBe(120);
    const others = record(service.getUrl('public/b.jpg'));
    const [time, ...more] = await answerFor(200_000, (api) => api.sign(), backend);
    expect(time).toBeGreaterThanOrEqual(120);
    expect(time).toBeLessThanOrEqual(152);
    expect(more).toEqual([]);
    expect([stream.urls.length, others.urls.length]).toEqual([2, 2]);
  });

  it('holds for everybody who asks meanwhile, and says how long', async () => {
    const { service, backend } = production({ retry: {} });
    void service.preload('public/a.jpg');
    await backend.refuse(503, 'maintenance', { 'Retry-After': '60' });
    await expectAsync(service.sign('public/b.jpg')).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unavailable', status: 503, retryAfter: jasmine.any(Number) }),
    );
    expect(await backend.open()).toEqual([]);
  });
});

describe('What is not repeated', () => {
  mockTime();

  for (const status of [400, 401, 403, 404, 409, 422]) {
    it(`is a request refused with ${status}`, async () => {
      const { service, backend } = production({ retry: {} });
      record(service.getUrl('public/a.jpg'));
      const [time, ...more] = await answerFor(120_000, (api) => api.refuse(status, 'refused'), backend);
      expect([time, ...more]).toEqual([0]);
    });
  }

  it('is one bad path among others, which never opens the breaker', async () => {
    const { service, backend } = production({ retry: {} });
    for (let n = 0; n < 10; n++) {
      const signed = service.preload([`public/${n}.jpg`, 'public/bad.jpg']);
      const [request] = await backend.open();
      request!.flush({
        results: [
          backend.signed(`public/${n}.jpg`),
          { error: { code: 'internal', status: 500, detail: 'This one cannot be read.' } },
        ],
      });
      await signed;
      expect(service.getState(`public/${n}.jpg`)().status).toBe('ready');
    }
  });
});
