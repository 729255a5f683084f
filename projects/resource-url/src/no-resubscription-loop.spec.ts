import { provideRouter, Router } from '@angular/router';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { RouterTestingHarness } from '@angular/router/testing';
import { Observable } from 'rxjs';
import type { ResourceUrlService } from './resource-url.service.ts';
import { PHOTO_NAMES, PhotoGallery, shownBy } from './testing/photo-gallery.ts';
import { production } from './testing/signing-backend.ts';

@Component({ template: '{{ title }}' })
class OtherPage {
  protected readonly title = 'Other page';
}

describe('A template of 200 photos that calls the service on every change detection', () => {
  let complaints: jasmine.Spy[];

  beforeEach(() => {
    complaints = [spyOn(console, 'error'), spyOn(console, 'warn')];
  });
  // NG0600 and its like end up there.
  afterEach(() => complaints.forEach((level) => expect(level).not.toHaveBeenCalled()));

  /** Counts from now on how often somebody subscribes to one of the streams. */
  function countSubscriptions(service: ResourceUrlService) {
    const streams = new Set<unknown>(PHOTO_NAMES.map((name) => service.getTeamMemberPhotoUrl(name)));
    const { calls } = spyOn(Observable.prototype, 'subscribe').and.callThrough();
    return () => calls.all().filter(({ object }) => streams.has(object)).length;
  }

  async function settled(fixture: { whenStable(): Promise<unknown> }, backend: { sign(): Promise<void> }) {
    await backend.sign();
    await fixture.whenStable();
  }

  it('subscribes 200 times and asks once in fifty rounds of it', async () => {
    const { service, backend } = production();
    const subscriptions = countSubscriptions(service);
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.detectChanges();
    await settled(fixture, backend);
    const shown = shownBy(fixture);
    expect(subscriptions()).toBe(PHOTO_NAMES.length);
    for (let n = 1; n <= 50; n++) {
      fixture.componentInstance.turn.set(n);
      await fixture.whenStable();
    }
    expect(subscriptions()).toBe(PHOTO_NAMES.length);
    expect(backend.answered).toBe(1);
    expect(await backend.open()).toEqual([]);
    expect(shownBy(fixture)).toEqual(shown);
    expect(shown.every((src) => src?.includes('?sig='))).toBeTrue();
  });

  it('goes on so while requests fail, while something is replaced, and after clear()', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const fixture = TestBed.createComponent(PhotoGallery);
    fixture.detectChanges();
    await backend.refuse(403, 'path-forbidden');
    await fixture.whenStable();
    const subscriptions = countSubscriptions(service);
    const round = async (n: number) => {
      fixture.componentInstance.turn.set(n);
      await fixture.whenStable();
    };
    await round(1);
    expect(subscriptions()).toBe(0);
    expect(shownBy(fixture)).toEqual(PHOTO_NAMES.map(() => '/assets/nobody.svg'));

    service.clear();
    fixture.detectChanges();
    await settled(fixture, backend);
    service.reportBroken({ kind: 'teamPhoto', name: PHOTO_NAMES[0]! });
    fixture.detectChanges();
    await settled(fixture, backend);
    await round(2);
    expect(subscriptions()).toBe(0);
    expect(backend.answered).toBe(3);
    expect(shownBy(fixture).every((src) => src?.includes('?sig='))).toBeTrue();
  });

  it('asks for nothing, and shows everything in the first round, when the route is left and entered again', async () => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([
          { path: 'team', component: PhotoGallery },
          { path: 'other', component: OtherPage },
        ]),
      ],
    });
    const { backend } = production();
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl('/team', PhotoGallery);
    await settled(harness.fixture, backend);
    const shown = shownBy(harness.fixture);
    for (let n = 0; n < 5; n++) {
      await harness.navigateByUrl('/other', OtherPage);
      expect(shownBy(harness.fixture)).toEqual([]);
      await harness.navigateByUrl('/team', PhotoGallery);
      expect(shownBy(harness.fixture)).toEqual(shown);
    }
    expect(TestBed.inject(Router).url).toBe('/team');
    expect(await backend.open()).toEqual([]);
    expect(backend.answered).toBe(1);
    expect(shown.length).toBe(200);
  });
});
