import { Component, signal, viewChild } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from './core/resource-ref.ts';
import type { ResourceElementState } from './resource-element.ts';
import { ResourceSrc } from './resource-src.ts';
import { next, NO_PICTURE, PICTURE, reached, signAs } from './testing/real-pictures.ts';
import { production } from './testing/signing-backend.ts';

@Component({
  imports: [ResourceSrc],
  template: `
    <img
      class="photo"
      [class]="look()"
      [resourceSrc]="ref()"
      [resourceFallback]="fallback()"
      (resourceState)="states.push($event)"
      #photo="resourceSrc"
      alt=""
    />
  `,
})
class Photo {
  readonly ref = signal<ResourceRef | undefined>('public/a.jpg');
  readonly fallback = signal<string | undefined>(undefined);
  readonly look = signal('round');
  readonly states: ResourceElementState[] = [];
  readonly directive = viewChild.required<ResourceSrc>('photo');
}

describe('An image with resourceSrc', () => {
  function render(config: Parameters<typeof production>[0] = {}, fallback?: string) {
    const made = production(config);
    const fixture = TestBed.createComponent(Photo);
    const { componentInstance: page } = fixture;
    page.fallback.set(fallback);
    fixture.detectChanges();
    const image = (fixture.nativeElement as HTMLElement).querySelector('img')!;
    const set = spyOn(image, 'setAttribute').and.callThrough();
    const sources = () => set.calls.allArgs().flatMap(([name, value]) => (name === 'src' ? [value] : []));
    const failed = async () => {
      await next(image, 'error');
      fixture.detectChanges();
    };
    return { ...made, fixture, page, image, sources, failed };
  }

  it('is busy until its picture is there, and says so in a class and an output', async () => {
    const { backend, fixture, page, image } = render();
    expect(image.className).toBe('photo round resource-loading');
    expect(image.getAttribute('aria-busy')).toBe('true');
    await signAs(backend, PICTURE);
    await next(image, 'load');
    page.look.set('square');
    fixture.detectChanges();
    expect([...image.classList].sort()).toEqual(['photo', 'resource-ready', 'square']);
    expect(image.hasAttribute('aria-busy')).toBeFalse();
    expect(page.states).toEqual(['loading', 'ready']);
  });

  it('gets one new URL when the first does not load', async () => {
    const { backend, image, failed, page, sources } = render();
    await signAs(backend, NO_PICTURE);
    await failed();
    await signAs(backend, PICTURE);
    await next(image, 'load');
    expect(page.directive().state()).toBe('ready');
    expect(sources()).toEqual([
      jasmine.stringMatching(/context.js\?sig=1/),
      jasmine.stringMatching(/favicon.ico\?sig=2/),
    ]);
    expect(backend.answered).toBe(2);
    expect(page.states).toEqual(['loading', 'ready']);
  });

  it('is failed, and stops, when the new URL does not load either', async () => {
    const { backend, failed, page, sources } = render();
    await signAs(backend, NO_PICTURE);
    await failed();
    await signAs(backend, NO_PICTURE);
    await failed();
    expect(page.directive().state()).toBe('failed');
    expect(await backend.open()).toEqual([]);
    expect(sources().length).toBe(2);
  });

  for (const [where, config, fallback] of [
    ['configured fallback', { fallback: PICTURE }, undefined],
    ['fallback of its own', { fallback: '/not-this-one.svg' }, PICTURE],
  ] as const) {
    it(`then shows the ${where}`, async () => {
      const { backend, failed, image, page } = render(config, fallback);
      await signAs(backend, NO_PICTURE);
      await failed();
      await signAs(backend, NO_PICTURE);
      await next(image, 'error');
      await next(image, 'load');
      expect(image.getAttribute('src')).toBe(PICTURE);
      expect(page.directive().state()).toBe('fallback');
    });
  }

  it('shows the fallback when there is no URL at all, and goes on to one that comes later', async () => {
    const { service, backend, fixture, image, page } = render({}, PICTURE);
    await backend.refuse(403, 'path-forbidden');
    fixture.detectChanges();
    await next(image, 'load');
    expect(page.directive().state()).toBe('fallback');
    expect(page.directive().error()?.code).toBe('path-forbidden');
    service.refresh('public/a.jpg');
    await signAs(backend, PICTURE);
    await reached(page.directive(), 'ready');
    expect(image.getAttribute('src')).toContain('?sig=');
  });

  it('is failed, and stops, when the fallback does not load', async () => {
    const { backend, failed, fixture, page, sources } = render({ fallback: NO_PICTURE });
    await backend.refuse(403, 'path-forbidden');
    fixture.detectChanges();
    await failed();
    expect(page.directive().state()).toBe('failed');
    expect(await backend.open()).toEqual([]);
    expect(sources()).toEqual([NO_PICTURE]);
  });

  it('tries the same URL once more when the server answers with it again, as within one time window', async () => {
    const { backend, failed, fixture, sources, page } = render();
    const answer = { ...backend.signed('public/a.jpg'), url: `${NO_PICTURE}?sig=same` };
    (await backend.open())[0]!.flush(answer);
    await failed();
    (await backend.open())[0]!.flush(answer);
    fixture.detectChanges();
    await failed();
    expect(sources()).toEqual([answer.url, answer.url]);
    expect(page.directive().state()).toBe('failed');
    expect(await backend.open()).toEqual([]);
  });

  it('that loads and breaks in turn asks three times a minute and no more', async () => {
    const { service, backend, image, failed, page, fixture } = render();
    const round = async () => {
      await signAs(backend, NO_PICTURE);
      await failed();
      await signAs(backend, PICTURE);
      await next(image, 'load');
      service.refresh('public/a.jpg');
    };
    for (let n = 0; n < 3; n++) await round();
    const { answered } = backend;
    await signAs(backend, NO_PICTURE);
    await failed();
    expect(page.directive().state()).toBe('failed');
    expect(await backend.open()).toEqual([]);
    expect(backend.answered).toBe(answered + 1);

    const now = Date.now();
    spyOn(Date, 'now').and.callFake(() => now + 61_000);
    service.refresh('public/a.jpg');
    await signAs(backend, PICTURE);
    await next(image, 'load');
    service.refresh('public/a.jpg');
    await signAs(backend, NO_PICTURE);
    await failed();
    await signAs(backend, PICTURE);
    await next(image, 'load');
    fixture.detectChanges();
    expect(page.directive().state()).toBe('ready');
  });

  it('asks again when somebody presses a button that calls retry()', async () => {
    const { backend, fixture, page } = render();
    await backend.refuse(403, 'path-forbidden');
    fixture.detectChanges();
    expect(page.directive().state()).toBe('failed');
    page.directive().retry();
    expect(page.directive().state()).toBe('loading');
    await signAs(backend, PICTURE);
    await reached(page.directive(), 'ready');
    expect(page.directive().error()).toBeUndefined();
  });

  it('asks for nothing on the error of an element that has no URL yet', async () => {
    const { backend, image, page } = render();
    image.dispatchEvent(new Event('error'));
    await signAs(backend, PICTURE);
    await reached(page.directive(), 'ready');
    expect(backend.answered).toBe(1);
  });

  it('has no src and nothing to retry without a reference', async () => {
    const { backend, fixture, image, page } = render();
    await signAs(backend, PICTURE);
    page.ref.set(undefined);
    fixture.detectChanges();
    expect(image.hasAttribute('src')).toBeFalse();
    expect(page.directive().state()).toBe('idle');
    expect(page.directive().error()).toBeUndefined();
    page.directive().retry();
    expect(await backend.open()).toEqual([]);
  });
});

describe('Two hundred images of one broken resource', () => {
  @Component({
    imports: [ResourceSrc],
    template: `
      @for (n of all; track n) {
        <img resourceSrc="public/a.jpg" alt="" />
      }
    `,
  })
  class Wall {
    readonly all = Array.from({ length: 200 }, (_, n) => n);
  }

  it('ask for one new URL together', async () => {
    const { backend } = production();
    const fixture = TestBed.createComponent(Wall);
    fixture.detectChanges();
    const images = [...(fixture.nativeElement as HTMLElement).querySelectorAll('img')];
    await signAs(backend, NO_PICTURE);
    await Promise.all(images.map((image) => next(image, 'error')));
    await signAs(backend, NO_PICTURE);
    await Promise.all(images.map((image) => next(image, 'error')));
    expect(await backend.open()).toEqual([]);
    expect(backend.answered).toBe(2);
    fixture.detectChanges();
    expect(images.every((image) => image.className === 'resource-failed')).toBeTrue();
  });
});
