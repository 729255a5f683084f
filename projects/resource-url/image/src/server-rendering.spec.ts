import { Component, PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceImage } from '@countersign/angular/image';
import { development, production } from '../../src/testing/signing-backend.ts';
import { render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    <img [resourceImage]="ref" width="640" height="400" priority alt="Ada" />
    <img resourceImage="public/b.jpg" width="64" height="40" alt="Bob" />
  `,
})
class Page {
  readonly ref = 'public/a.jpg';
}

describe('While rendering on the server, resourceImage', () => {
  const onServer = () =>
    TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });

  it('signs nothing, and keeps the place free', async () => {
    onServer();
    const { backend } = production();
    const { images } = await render(Page);
    expect(await backend.open()).toEqual([]);
    for (const [n, [width, height]] of [
      ['640', '400'],
      ['64', '40'],
    ].entries()) {
      const image = images()[n]!;
      expect(image.getAttribute('width')).toBe(width!);
      expect(image.getAttribute('height')).toBe(height!);
      expect(image.style.display).toBe('inline-block');
      expect(image.hasAttribute('src')).toBeFalse();
      expect(image.hasAttribute('srcset')).toBeFalse();
    }
    expect(document.querySelector('link[rel=preload][as=image]')).toBeNull();
  });

  it('renders direct paths in development', async () => {
    onServer();
    development();
    const { image } = await render(Page);
    expect(image().getAttribute('src')).toBe('/assets/deployed/public/a.jpg');
  });
});
