import { Component, PLATFORM_ID, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceSrc } from './resource-src.ts';
import { PICTURE, signAs } from './testing/real-pictures.ts';
import { production } from './testing/signing-backend.ts';

@Component({
  imports: [ResourceSrc],
  template: `
    <div [style.height.px]="above()"></div>
    @for (name of names(); track name) {
      <img
        loading="lazy"
        [resourceSrc]="{ kind: 'teamPhoto', name }"
        style="display: block; height: 10px"
        alt=""
      />
    }
  `,
})
class Gallery {
  readonly above = signal(20_000);
  readonly names = signal(Array.from({ length: 50 }, (_, n) => `${n}.jpg`));
}

describe('Lazy images', () => {
  /** Two frames: an observer tells in the first one after the layout. */
  const frame = () =>
    new Promise<void>((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))),
    );

  function render(above: number) {
    const made = production();
    const fixture = TestBed.createComponent(Gallery);
    fixture.componentInstance.above.set(above);
    fixture.detectChanges();
    const host = fixture.nativeElement as HTMLElement;
    return { ...made, fixture, images: () => [...host.querySelectorAll('img')] };
  }

  it('far below the viewport are not signed for, and are not busy', async () => {
    const { backend, images } = render(20_000);
    await frame();
    expect(await backend.open()).toEqual([]);
    expect(images().every((image) => image.className === 'resource-idle')).toBeTrue();
    expect(
      images().some((image) => image.hasAttribute('aria-busy') || image.hasAttribute('src')),
    ).toBeFalse();
  });

  it('are signed for shortly before they come into view, in one request', async () => {
    const { backend, fixture, images } = render(20_000);
    await frame();
    fixture.componentInstance.above.set(innerHeight + 100);
    fixture.detectChanges();
    await frame();
    await signAs(backend, PICTURE);
    expect(backend.answered).toBe(1);
    expect((backend.bodies[0] as { resources: unknown[] }).resources.length).toBe(50);
    expect(images().every((image) => image.getAttribute('src')?.includes('?sig='))).toBeTrue();
  });

  it('share one observer, which ends with the last of them', async () => {
    const Observer = IntersectionObserver;
    const made: IntersectionObserver[] = [];
    const ended = spyOn(Observer.prototype, 'disconnect').and.callThrough();
    spyOn(window, 'IntersectionObserver').and.callFake(function (
      ...args: ConstructorParameters<typeof Observer>
    ) {
      const observer = new Observer(...args);
      made.push(observer);
      return observer;
    } as unknown as (...args: ConstructorParameters<typeof Observer>) => IntersectionObserver);
    const { fixture } = render(20_000);
    await frame();
    expect(made.length).toBe(1);
    fixture.componentInstance.names.set(['0.jpg']);
    fixture.detectChanges();
    expect(ended).not.toHaveBeenCalled();
    fixture.componentInstance.names.set([]);
    fixture.detectChanges();
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it('are signed for at once in a browser that cannot tell what is near', async () => {
    const Observer = IntersectionObserver;
    try {
      delete (window as { IntersectionObserver?: unknown }).IntersectionObserver;
      const { backend } = render(20_000);
      expect((await backend.open()).length).toBe(1);
    } finally {
      window.IntersectionObserver = Observer;
    }
  });

  it('are signed for never while rendering on the server', async () => {
    TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    const { service, backend, images } = render(0);
    const subscribe = spyOn(service.getTeamMemberPhotoUrl('0.jpg'), 'subscribe');
    await frame();
    expect(subscribe).not.toHaveBeenCalled();
    expect(await backend.open()).toEqual([]);
    expect(images()[0]!.className).toBe('resource-idle');
  });
});
