import { ɵREQUESTS_CONTRIBUTE_TO_STABILITY } from '@angular/common/http';
import type { TestRequest } from '@angular/common/http/testing';
import { ApplicationRef } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { answerFor, mockTime } from './testing/mocked-time.ts';
import { PhotoGallery } from './testing/photo-gallery.ts';
import { record } from './testing/recorded-stream.ts';
import { production, type SigningBackend } from './testing/signing-backend.ts';

describe('An application becomes stable', () => {
  const minute = 60_000;
  const down = (api: SigningBackend) => api.refuse(503, 'down');

  // HttpTestingController leaves out what HttpClient does in an application: a request under way holds it.
  beforeEach(() => TestBed.overrideProvider(ɵREQUESTS_CONTRIBUTE_TO_STABILITY, { useValue: true }));

  /** What `isStable` says when everything has run that was due. */
  async function isStable(): Promise<boolean> {
    let stable = false;
    for (let n = 0; n < 5; n++) await Promise.resolve();
    // Change detection, for what was just done.
    jasmine.clock().tick(1);
    TestBed.inject(ApplicationRef)
      .isStable.subscribe((now) => (stable = now))
      .unsubscribe();
    return stable;
  }

  it('with the first answer, for a component and for the application, and not before', async () => {
    const { backend } = production();
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.detectChanges();
    const application = TestBed.inject(ApplicationRef);
    const order: string[] = [];
    const both = Promise.all([
      fixture.whenStable().then(() => order.push('stable')),
      application.whenStable().then(() => order.push('stable')),
    ]);
    await new Promise((done) => setTimeout(done));
    order.push('answer');
    await backend.sign();
    await both;
    expect(order).toEqual(['answer', 'stable', 'stable']);
  });

  it('not between the asking and the request, which is sent in the next microtask', () => {
    const { service } = production();
    let stable: boolean | undefined;
    TestBed.inject(ApplicationRef).isStable.subscribe((now) => (stable = now));
    expect(stable).toBeTrue();
    record(service.getUrl('public/a.jpg'));
    expect(stable).toBeFalse();
  });

  describe('after a refusal as after an answer:', () => {
    mockTime();

    it('not at all held by the waiting for a repetition or for a probe', async () => {
      const { service, backend } = production({ retry: {} });
      record(service.getUrl('public/a.jpg'));
      expect(await isStable()).toBeFalse();
      await backend.refuse(503, 'down');
      const unavailable = (request: TestRequest): void =>
        request.flush('', { status: 503, statusText: 'down' });
      for (let passed = 0; passed < 3 * minute; passed += 501) {
        const stable = await isStable();
        // The millisecond that this took may have been the one of a repetition, whose moment is random.
        await Promise.resolve();
        const early = await backend.open();
        if (early.length === 0) expect(stable).withContext(`${passed} ms later`).toBeTrue();
        early.forEach(unavailable);
        jasmine.clock().tick(500);
        await Promise.resolve();
        // Only the request itself holds it.
        const [request] = await backend.open();
        if (!request) continue;
        expect(await isStable()).toBeFalse();
        unavailable(request);
      }
    });

    it('not held by a breaker that is open', async () => {
      const { service, backend } = production({ retry: {} });
      record(service.getUrl('public/a.jpg'));
      await answerFor(45_000, down, backend);
      await expectAsync(service.sign('public/b.jpg')).toBeRejected();
      expect(await isStable()).toBeTrue();
    });

    it('not held by what is kept fresh', async () => {
      const { service, backend } = production();
      record(service.getUrl('public/a.pdf', { keepFresh: true }));
      await backend.sign();
      for (let n = 0; n < 12; n++) {
        expect(await isStable()).toBeTrue();
        await answerFor(10 * minute, (api) => api.sign(), backend);
      }
      expect(backend.answered).toBe(3);
    });

    it('not held by streams that stay open, nor by a stream that was left during the request', async () => {
      const { service, backend } = production();
      record(service.getUrl('public/a.jpg'));
      record(service.getUrl('public/b.jpg')).stop();
      await backend.sign();
      expect(await isStable()).toBeTrue();
    });

    it('after clear() when nobody waits any more', async () => {
      const { service, backend } = production();
      void service.preload('public/a.jpg');
      await backend.open();
      service.clear();
      expect(await isStable()).toBeTrue();
    });
  });
});
