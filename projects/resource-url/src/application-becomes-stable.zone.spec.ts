import { provideHttpClient } from '@angular/common/http';
import {
  ApplicationRef,
  ChangeDetectionStrategy,
  Component,
  inject,
  NgZone,
  provideZoneChangeDetection,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from './provide-resource-urls.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { answeringFetch } from './testing/answering-fetch.ts';
import { PHOTO_NAMES, PhotoGallery, shownBy } from './testing/photo-gallery.ts';

/** Keeps what it gets in a plain field, which only change detection by a zone finds. */
@Component({ template: `<p>{{ urls.join(' ') }}</p>` })
class PlainFields {
  protected readonly urls: string[] = [];

  constructor() {
    const service = inject(ResourceUrlService);
    for (const ref of ['a.jpg', 'b.jpg']) service.getUrl(ref).subscribe((url) => this.urls.push(url));
  }
}

describe('With zone.js', () => {
  const quick = { retry: { firstDelayMs: 100 } };

  function application(config: Partial<ResourceUrlConfig> = {}) {
    const network = answeringFetch();
    TestBed.configureTestingModule({
      providers: [
        provideZoneChangeDetection(),
        provideHttpClient(),
        provideResourceUrls({ mode: 'production', api: '/api/resources', ...config }),
      ],
    });
    // As components were before Angular 22, and as applications with zone.js still have them.
    TestBed.overrideComponent(PlainFields, { set: { changeDetection: ChangeDetectionStrategy.Eager } });
    return { network, zone: TestBed.inject(NgZone), root: TestBed.inject(ApplicationRef) };
  }

  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => (done() ? resolve() : setTimeout(look, 5));
      look();
    });

  it('there is a zone at all', () => {
    const { zone } = application();
    expect(zone.run(() => NgZone.isInAngularZone())).toBeTrue();
  });

  it('200 photos make one request, and change detection settles', async () => {
    const { network, root } = application();
    const tick = spyOn(root, 'tick').and.callThrough();
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.autoDetectChanges();
    await fixture.whenStable();
    expect(network.requests).toBe(1);
    expect(shownBy(fixture).every((src) => src?.includes('?sig=1'))).toBeTrue();
    const ticks = tick.calls.count();
    expect(ticks).toBeLessThan(10);
    await new Promise((done) => setTimeout(done, 200));
    expect(tick.calls.count()).toBe(ticks);
    expect(PHOTO_NAMES.length).toBe(200);
  });

  it('the application is stable while a repetition is waited for, and no timer holds the zone', async () => {
    const { network, zone, root } = application({ retry: { firstDelayMs: 6_000, retries: 1 } });
    network.status = 503;
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.autoDetectChanges();
    await fixture.whenStable();
    await root.whenStable();
    expect(network.requests).toBe(1);
    expect(zone.hasPendingMacrotasks).toBeFalse();
    expect(zone.isStable).toBeTrue();
  });

  it('the application is stable while a URL is kept fresh', async () => {
    const { zone, root } = application();
    zone.run(() => {
      const service = TestBed.inject(ResourceUrlService);
      for (const ref of ['a.jpg', 'b.jpg']) service.getUrl(ref, { keepFresh: true }).subscribe();
    });
    await root.whenStable();
    expect(zone.hasPendingMacrotasks).toBeFalse();
  });

  for (const { where, create } of [
    { where: 'in the zone', create: () => TestBed.createComponent(PlainFields) },
    {
      where: 'outside of it',
      create: () => {
        const zone = TestBed.inject(NgZone);
        // Whoever asks first in a turn sends the request of all.
        zone.runOutsideAngular(() => TestBed.inject(ResourceUrlService).getUrl('c.jpg').subscribe());
        return TestBed.createComponent(PlainFields);
      },
    },
  ]) {
    it(`what is emitted after a repetition is rendered from plain fields, asked for first ${where}`, async () => {
      const { network } = application(quick);
      network.status = 503;
      const fixture = create();
      fixture.autoDetectChanges();
      await until(() => network.requests > 0);
      network.status = 200;
      const text = () => (fixture.nativeElement as HTMLElement).textContent ?? '';
      await until(() => network.requests === 2);
      await fixture.whenStable();
      expect(text()).toContain('/a.jpg?sig=2');
      expect(text()).toContain('/b.jpg?sig=2');
    });

    it(`what is emitted at the first answer is rendered from plain fields, asked for first ${where}`, async () => {
      const { network } = application();
      const fixture = create();
      fixture.autoDetectChanges();
      await until(() => network.requests === 1);
      await fixture.whenStable();
      expect((fixture.nativeElement as HTMLElement).textContent).toContain('/b.jpg?sig=1');
    });
  }
});
