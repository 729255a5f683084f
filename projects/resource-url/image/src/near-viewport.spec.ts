import { Component, signal } from '@angular/core';
import { ResourceImage } from '@countersign/angular/image';
import { production, type SigningBackend } from '../../src/testing/signing-backend.ts';
import { paths, render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    <img resourceImage="public/first.jpg" width="10" height="10" alt="" />
    <img resourceImage="public/second.jpg" width="10" height="10" alt="" />
    <div [hidden]="!open()"><img resourceImage="public/tab.jpg" width="10" height="10" alt="" /></div>
    <div style="height: 100000px"></div>
    <img resourceImage="public/far.jpg" width="10" height="10" alt="" />
    <img resourceImage="public/hero.jpg" width="10" height="10" priority alt="" />
  `,
})
class Page {
  readonly open = signal(false);
}

describe('Images that nobody looks at', () => {
  /** Waits until something is asked for, and signs it. */
  async function signNext(backend: SigningBackend): Promise<void> {
    const before = backend.answered;
    while (backend.answered === before) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await backend.sign();
    }
  }

  /** The browser has looked where everything is at least once since. */
  const looked = (element: Element) =>
    new Promise<void>((resolve) => {
      const observer = new IntersectionObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(element);
    });

  it('are not signed, those near the viewport in one request, priority images at once', async () => {
    const { backend } = production();
    const { fixture, page, images } = await render(Page);
    await backend.sign();
    expect(paths(backend)).toEqual([['public/hero.jpg']]);
    await signNext(backend);
    await looked(images()[3]!);
    expect(paths(backend)[1]).toEqual(['public/first.jpg', 'public/second.jpg']);
    expect(await backend.open()).toEqual([]);

    page.open.set(true);
    await fixture.whenStable();
    await signNext(backend);
    expect(paths(backend)[2]).toEqual(['public/tab.jpg']);

    images()[3]!.scrollIntoView();
    await signNext(backend);
    await fixture.whenStable();
    expect(paths(backend).slice(3)).toEqual([['public/far.jpg']]);
    expect(images()[3]!.src).toContain('/public/far.jpg?sig=');
    scrollTo(0, 0);
  });

  it('show at once what is at hand', async () => {
    const { service, backend } = production();
    const preloaded = service.preload('public/far.jpg');
    await backend.sign();
    await preloaded;
    const { fixture, images } = await render(Page);
    expect(images()[3]!.src).toContain('/public/far.jpg?sig=1&');
    fixture.destroy();
  });

  it('are not waited for when they are gone', async () => {
    const disconnect = spyOn(IntersectionObserver.prototype, 'disconnect').and.callThrough();
    production();
    const { fixture } = await render(Page);
    fixture.destroy();
    expect(disconnect).toHaveBeenCalledTimes(1);
  });

  it('share one observer', async () => {
    const observe = spyOn(IntersectionObserver.prototype, 'observe').and.callThrough();
    production();
    const { fixture } = await render(Page);
    expect(observe.calls.count()).toBe(4);
    expect(new Set(observe.calls.all().map(({ object }) => object as object)).size).toBe(1);
    fixture.destroy();
  });
});
