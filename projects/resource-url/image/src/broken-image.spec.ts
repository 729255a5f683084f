import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideImageCandidates, ResourceImage } from '@countersign/angular/image';
import { production, type SigningBackend } from '../../src/testing/signing-backend.ts';
import { paths, render } from './testing/render.ts';

/** One real pixel, so that something loads. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==';

@Component({
  imports: [ResourceImage],
  template: `<img [resourceImage]="ref" width="10" height="10" loading="eager" alt="" />`,
})
class Photo {
  readonly ref = 'public/a.jpg';
}

@Component({
  imports: [ResourceImage],
  template: ` <img [resourceImage]="ref" width="10" height="10" ngSrcset="1x" loading="eager" alt="" /> `,
})
class Sharp {
  readonly ref = 'public/a.jpg';
}

describe('resourceImage, when its image does not load', () => {
  const next = (image: HTMLImageElement, event: 'load' | 'error') =>
    new Promise((resolve) => image.addEventListener(event, resolve, { once: true }));

  /** Answers with an address of this origin where nothing is, so that real requests really fail. */
  async function missing(backend: SigningBackend, signature: string) {
    const [request] = await backend.open();
    const { resources, path } = request!.request.body as { resources?: { path: string }[]; path: string };
    backend.bodies.push(request!.request.body);
    const answer = (of: string) => ({ ...backend.signed(of), url: `/missing/${of}?sig=${signature}` });
    request!.flush(resources ? { results: resources.map((each) => answer(each.path)) } : answer(path));
  }

  it('asks for another URL once, then shows the fallback', async () => {
    // The browser remembers only so many, and this page has loaded every spec.
    performance.clearResourceTimings();
    const { backend } = production({ fallback: PIXEL });
    const { fixture, image } = await render(Photo, { broken: true });
    for (const signature of ['one', 'two']) {
      const error = next(image(), 'error');
      await missing(backend, signature);
      await fixture.whenStable();
      expect(image().getAttribute('src')).toBe(`/missing/public/a.jpg?sig=${signature}`);
      await error;
    }
    const load = next(image(), 'load');
    await fixture.whenStable();
    expect(image().getAttribute('src')).toBe(PIXEL);
    await load;
    // What NgOptimizedImage is told instead of the signed URL in development is never fetched.
    const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
    expect(fetched).toContain(new URL('/missing/public/a.jpg?sig=one', location.href).href);
    expect(fetched).not.toContain(new URL('/missing/public/a.jpg', location.href).href);
    expect(image().naturalWidth).toBe(1);
    expect(backend.answered).toBe(2);
    expect(await backend.open()).toEqual([]);
  });

  it('shows the fallback when the server has no other URL', async () => {
    const { backend } = production({ fallback: PIXEL });
    const { fixture, image } = await render(Photo, { broken: true });
    const error = next(image(), 'error');
    await missing(backend, 'same');
    await fixture.whenStable();
    await error;
    await missing(backend, 'same');
    await fixture.whenStable();
    expect(image().getAttribute('src')).toBe(PIXEL);
    expect(backend.answered).toBe(2);
  });

  it('stops when the fallback does not load either', async () => {
    const { backend } = production({ fallback: '/missing/nobody.svg' });
    const { fixture, image } = await render(Photo, { broken: true });
    const error = next(image(), 'error');
    await backend.refuse(403, 'owner-revoked');
    await fixture.whenStable();
    await error;
    await fixture.whenStable();
    expect(image().getAttribute('src')).toBe('/missing/nobody.svg');
    expect(await backend.open()).toEqual([]);
  });

  it('keeps its size and its text when there is no fallback', async () => {
    const { backend } = production();
    const { fixture, image } = await render(Photo, { broken: true });
    await backend.refuse(403, 'owner-revoked');
    await fixture.whenStable();
    expect(image().hasAttribute('src')).toBeFalse();
    expect(image().hasAttribute('aria-busy')).toBeFalse();
    expect(image().getBoundingClientRect().width).toBe(10);
  });

  it('reports the candidate that broke, then does without it', async () => {
    TestBed.configureTestingModule({
      providers: [provideImageCandidates((_, width) => `public/${width}/a.jpg`)],
    });
    const { backend } = production();
    const { fixture, image } = await render(Sharp, { broken: true });
    for (const signature of ['one', 'two']) {
      const error = next(image(), 'error');
      await missing(backend, signature);
      await fixture.whenStable();
      expect(image().srcset).toBe(`/missing/public/10/a.jpg?sig=${signature} 1x`);
      await error;
    }
    await fixture.whenStable();
    expect(image().hasAttribute('srcset')).toBeFalse();
    expect(image().getAttribute('src')).toBe('/missing/public/a.jpg?sig=one');
    expect(paths(backend)).toEqual([['public/a.jpg', 'public/10/a.jpg'], ['public/10/a.jpg']]);
  });
});
