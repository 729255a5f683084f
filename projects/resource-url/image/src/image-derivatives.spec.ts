import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from '@countersign/angular';
import {
  provideImageCandidates,
  provideImageDerivatives,
  ResourceImage,
  type ImageDerivatives,
} from '@countersign/angular/image';
import { development, production } from '../../src/testing/signing-backend.ts';
import { entries, paths, render } from './testing/render.ts';

/** One real pixel, so that something loads. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==';

@Component({
  imports: [ResourceImage],
  template: `
    <img [resourceImage]="ref()" [width]="width" height="48" [sizes]="sizes" loading="eager" alt="" />
  `,
})
class Picture {
  static width = 48;
  static sizes: string | undefined;
  readonly ref = signal<ResourceRef>('public/team/a.jpg');
  readonly width = Picture.width;
  // NgOptimizedImage takes none for undefined, whatever its type says.
  readonly sizes = Picture.sizes as string;
}

@Component({
  imports: [ResourceImage],
  template: `
    <div style="position: relative; width: 48px; height: 48px">
      <img [resourceImage]="ref" fill ngSrcset="160w" sizes="48px" loading="eager" alt="" />
    </div>
  `,
})
class Thumbnail {
  readonly ref = 'public/team/a.jpg';
}

describe('provideImageDerivatives', () => {
  beforeEach(() => {
    Picture.width = 48;
    Picture.sizes = undefined;
  });

  const derivatives = (options?: ImageDerivatives) =>
    TestBed.configureTestingModule({ providers: [provideImageDerivatives(options)] });

  async function shown(ref?: ResourceRef) {
    const { backend } = production();
    const { fixture, image, page } = await render(Picture);
    if (ref !== undefined) {
      page.ref.set(ref);
      await fixture.whenStable();
    }
    await backend.sign();
    await fixture.whenStable();
    return { backend, image: image() };
  }

  it('shows the smallest picture that is wide enough, and signs nothing else', async () => {
    derivatives();
    const { backend, image } = await shown();
    expect(paths(backend)).toEqual([['public/team/a.jpg/~160.webp']]);
    expect(new URL(image.src).pathname).toBe('/public/team/a.jpg/~160.webp');
    expect(image.hasAttribute('srcset')).toBeFalse();
  });

  it('has no srcset for one width, whatever its size in pixels, and in development mode either', async () => {
    derivatives();
    const { backend } = production();
    const { fixture, image } = await render(Thumbnail);
    await backend.sign();
    await fixture.whenStable();
    expect(new URL(image().src).pathname).toBe('/public/team/a.jpg/~160.webp');
    expect([image().hasAttribute('srcset'), image().sizes]).toEqual([false, '48px']);
    TestBed.resetTestingModule();
    development();
    const rendered = await render(Thumbnail);
    expect(new URL(rendered.image().src).pathname).toBe('/assets/deployed/public/team/a.jpg');
  });

  it('offers one for each density that needs another one', async () => {
    derivatives({ format: 'avif' });
    Picture.width = 300;
    const { backend, image } = await shown();
    expect(backend.answered).toBe(1);
    expect(entries(image.srcset)).toEqual([
      { path: 'public/team/a.jpg/~320.avif', descriptor: '1x' },
      { path: 'public/team/a.jpg/~640.avif', descriptor: '2x' },
    ]);
    expect(paths(backend)[0]?.sort()).toEqual(['public/team/a.jpg/~320.avif', 'public/team/a.jpg/~640.avif']);
  });

  it('offers the widths that there are where the browser knows the size, each as it is', async () => {
    derivatives({ widths: [640, 160] });
    Picture.sizes = '50vw';
    const { image } = await shown();
    expect(entries(image.srcset)).toEqual([
      { path: 'public/team/a.jpg/~160.webp', descriptor: '160w' },
      { path: 'public/team/a.jpg/~640.webp', descriptor: '640w' },
    ]);
  });

  it('offers the original where no picture is wide enough', async () => {
    derivatives();
    Picture.width = 1000;
    const { image } = await shown();
    expect(entries(image.srcset)).toEqual([
      { path: 'public/team/a.jpg/~1280.webp', descriptor: '1x' },
      { path: 'public/team/a.jpg', descriptor: '2x' },
    ]);
  });

  it('asks for the reason and the lifetime of the kind', async () => {
    derivatives();
    const { backend } = await shown({ kind: 'teamPhoto', name: 'b.jpg' });
    expect(backend.bodies.at(-1)).toEqual({
      path: 'public/team/b.jpg/~160.webp',
      reason: 'team_member_photo',
      expiryMinutes: 60,
    });
  });

  it('leaves alone what has candidates, what is signed by nobody, and development mode', async () => {
    TestBed.configureTestingModule({
      providers: [provideImageDerivatives(), provideImageCandidates(() => undefined)],
    });
    const { backend } = await shown();
    expect(paths(backend)).toEqual([['public/team/a.jpg']]);
    TestBed.resetTestingModule();
    derivatives();
    const { image } = await shown(PIXEL);
    expect(image.src).toBe(PIXEL);
    TestBed.resetTestingModule();
    derivatives();
    development();
    const rendered = await render(Picture);
    expect(new URL(rendered.image().src).pathname).toBe('/assets/deployed/public/team/a.jpg');
  });

  it('shows the original where there are no pictures of it, and not the fallback', async () => {
    derivatives();
    const { backend } = production({ fallback: PIXEL });
    const { fixture, image } = await render(Picture);
    await backend.refuse(422, 'derivative-impossible');
    await fixture.whenStable();
    expect(image().hasAttribute('src')).toBeFalse();
    await backend.sign();
    await fixture.whenStable();
    expect(new URL(image().src).pathname).toBe('/public/team/a.jpg');
    expect(paths(backend)).toEqual([['public/team/a.jpg/~160.webp'], ['public/team/a.jpg']]);
  });

  it('shows the original where a picture does not load, and then the fallback', async () => {
    derivatives();
    const { backend } = production({ fallback: PIXEL });
    const { fixture, image } = await render(Picture, { broken: true });
    const asked: string[] = [];
    /** Answers with an address of this origin where nothing is, so that real requests really fail. */
    const missing = async (): Promise<void> => {
      const [request] = await backend.open();
      const { path } = request!.request.body as { path: string };
      asked.push(path);
      request!.flush({ ...backend.signed(path), url: `/missing/${path}?sig=same` });
      await fixture.whenStable();
    };
    const next = (event: string) =>
      new Promise((resolve) => image().addEventListener(event, resolve, { once: true }));
    const broken = next('error');
    await missing();
    await broken;
    // The same URL comes back: it is not tried again.
    await missing();
    await fixture.whenStable();
    const brokenToo = next('error');
    await missing();
    await brokenToo;
    await missing();
    await fixture.whenStable();
    expect(image().src).toBe(PIXEL);
    const [picture, original] = ['public/team/a.jpg/~160.webp', 'public/team/a.jpg'] as const;
    expect(asked).toEqual([picture, picture, original, original]);
  });
});
