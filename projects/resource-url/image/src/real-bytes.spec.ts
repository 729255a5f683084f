import { Component } from '@angular/core';
import { ResourceImage, type ImageCandidate } from '@countersign/angular/image';
import { production } from '../../src/testing/signing-backend.ts';
import { render } from './testing/render.ts';

/** References that are URLs already are handed on, so these need no server. */
function picture(width: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = width / 2;
  return canvas.toDataURL('image/png');
}

@Component({
  imports: [ResourceImage],
  template: `
    <img
      [resourceImage]="original"
      [candidate]="candidate"
      ngSrcset="20w, 40w"
      sizes="20px"
      width="20"
      height="10"
      priority
      alt="A picture"
    />
  `,
})
class Page {
  readonly original = picture(80);
  readonly candidate: ImageCandidate = (_, width) => picture(width);
}

describe('resourceImage with real images', () => {
  it('lets the browser choose between candidates', async () => {
    const warn = spyOn(console, 'warn');
    const { backend } = production();
    const { image } = await render(Page, { broken: true });
    await image().decode();
    expect([picture(20), picture(40)]).toContain(image().currentSrc);
    expect(image().loading).toBe('eager');
    expect(image().complete).toBeTrue();
    expect(image().getBoundingClientRect().width).toBe(20);
    expect(await backend.open()).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });
});
