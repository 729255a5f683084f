import { Component, signal } from '@angular/core';
import type { ResourceRef } from '@countersign/angular';
import { ResourceImage } from '@countersign/angular/image';
import { development, production } from '../../src/testing/signing-backend.ts';
import { paths, render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    <div hidden>
      <img
        [resourceImage]="ref()"
        [resourceOptions]="{ reason: 'portrait' }"
        width="640"
        height="400"
        loading="eager"
        decoding="async"
        class="round"
        alt="Ada"
      />
    </div>
  `,
})
class Portrait {
  readonly ref = signal<ResourceRef | undefined>({ kind: 'teamPhoto', name: 'a.jpg' });
}

@Component({
  imports: [ResourceImage],
  template: `
    @for (name of names; track name) {
      <img [resourceImage]="{ kind: 'teamPhoto', name }" width="20" height="20" priority alt="" />
    }
  `,
})
class Team {
  readonly names = Array.from({ length: 8 }, (_, n) => `${n}.jpg`);
}

describe('resourceImage', () => {
  it('shows what NgOptimizedImage shows, at the signed URL', async () => {
    const { backend } = production();
    const { fixture, image } = await render(Portrait);
    expect(image().hasAttribute('src')).toBeFalse();
    expect(image().getAttribute('aria-busy')).toBe('true');
    await backend.sign();
    await fixture.whenStable();
    expect(image().src).toMatch(/^https:\/\/cdn\.example\.com\/public\/team\/a\.jpg\?sig=1&/);
    const { width, height, loading, decoding, alt, className } = image();
    expect({ width, height, loading, decoding, alt, className }).toEqual({
      width: 640,
      height: 400,
      loading: 'eager',
      decoding: 'async',
      alt: 'Ada',
      className: 'round',
    });
    expect(image().getAttribute('ng-img')).toBe('true');
    expect(image().hasAttribute('srcset')).toBeFalse();
    expect(image().hasAttribute('aria-busy')).toBeFalse();
    expect(backend.bodies).toEqual([
      jasmine.objectContaining({ path: 'public/team/a.jpg', reason: 'portrait' }),
    ]);
  });

  it('shows the direct path in development', async () => {
    development();
    const { image } = await render(Portrait);
    expect(image().getAttribute('src')).toBe('/assets/deployed/images/users/a.jpg');
  });

  it('marks priority images, and signs a page of them in one request', async () => {
    const { backend } = production();
    const { fixture, images } = await render(Team);
    await backend.sign();
    await fixture.whenStable();
    expect(backend.answered).toBe(1);
    for (const image of images()) {
      expect(image.src).toContain('?sig=');
      expect(image.loading).toBe('eager');
      expect(image.fetchPriority).toBe('high');
    }
  });

  it('shows everything at once, without a request, when the route is entered again', async () => {
    const { backend } = production();
    const first = await render(Portrait);
    await backend.sign();
    await first.fixture.whenStable();
    const { src } = first.image();
    first.fixture.destroy();
    const { fixture, image } = await render(Portrait);
    fixture.detectChanges();
    expect(image().src).toBe(src);
    expect(await backend.open()).toEqual([]);
  });

  it('follows its reference, and does not show the old image under the new name', async () => {
    const { backend } = production();
    const { fixture, page, image } = await render(Portrait);
    await backend.sign();
    await fixture.whenStable();
    page.ref.set('public/b.jpg');
    await fixture.whenStable();
    expect(image().hasAttribute('src')).toBeFalse();
    await backend.sign();
    await fixture.whenStable();
    expect(image().src).toMatch(/\/public\/b\.jpg\?sig=2&/);
    page.ref.set(undefined);
    await fixture.whenStable();
    expect(image().hasAttribute('src')).toBeFalse();
    expect(paths(backend)).toEqual([['public/team/a.jpg'], ['public/b.jpg']]);
  });

  it('does not load again when an equal reference is another object', async () => {
    const { backend } = production();
    const { fixture, page, image } = await render(Portrait);
    await backend.sign();
    await fixture.whenStable();
    const written = spyOn(image(), 'setAttribute').and.callThrough();
    page.ref.set({ kind: 'teamPhoto', name: 'a.jpg' });
    await fixture.whenStable();
    expect(written).not.toHaveBeenCalled();
  });

  it('shows the fallback where there is no URL, and the image once there is one', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const { fixture, image } = await render(Portrait);
    await backend.refuse(403, 'owner-revoked');
    await fixture.whenStable();
    expect(image().getAttribute('src')).toBe('/assets/nobody.svg');
    service.refresh({ kind: 'teamPhoto', name: 'a.jpg' }, { reason: 'portrait' });
    await backend.sign();
    await fixture.whenStable();
    expect(image().src).toContain('/public/team/a.jpg?sig=');
    expect(image().getAttribute('ng-img')).toBe('true');
  });

  it('ends its subscriptions with the element', async () => {
    const { service, backend } = production();
    const { fixture } = await render(Portrait);
    expect((await backend.open()).length).toBe(1);
    // Whoever still waits for a URL asks again.
    service.clear();
    expect((await backend.open()).length).toBe(1);
    fixture.destroy();
    service.clear();
    expect(await backend.open()).toEqual([]);
  });
});
