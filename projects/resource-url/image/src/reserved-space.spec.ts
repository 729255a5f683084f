import { Component } from '@angular/core';
import { ResourceImage } from '@countersign/angular/image';
import { production } from '../../src/testing/signing-backend.ts';
import { render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    <img
      class="plain"
      [resourceImage]="ref"
      width="200"
      height="100"
      loading="eager"
      alt="Ada Lovelace, in a painting of 1840"
    />
    <div style="width: 100px">
      <img
        class="fluid"
        [resourceImage]="ref"
        style="width: 100%; height: auto"
        width="200"
        height="100"
        loading="eager"
        alt="Ada Lovelace, in a painting of 1840"
      />
    </div>
    <div style="width: 300px">
      <img
        class="block"
        [resourceImage]="ref"
        style="display: block; margin: auto"
        width="200"
        height="100"
        loading="eager"
        alt="Ada Lovelace, in a painting of 1840"
      />
    </div>
    <div style="width: 30px">
      <img
        class="small"
        [resourceImage]="ref"
        style="display: block; width: 30px; height: auto"
        width="200"
        height="100"
        loading="eager"
        alt="Ada Lovelace, in a painting of 1840"
      />
    </div>
    <div style="display: flex">
      <img
        class="item"
        [resourceImage]="ref"
        width="200"
        height="100"
        loading="eager"
        alt="Ada Lovelace, in a painting of 1840"
      />
    </div>
    <div style="position: relative; width: 70px; height: 50px">
      <img class="fill" [resourceImage]="ref" fill loading="eager" alt="Ada" />
    </div>
    <p class="end">The end</p>
  `,
})
class Page {
  readonly ref = 'public/a.jpg';
}

describe('Nothing moves', () => {
  it('when the URL comes, whatever the styles', async () => {
    const { backend } = production();
    const { fixture, images } = await render(Page);
    const boxes = () =>
      [...images(), (fixture.nativeElement as HTMLElement).querySelector('.end')!].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { of: element.className, x, y, width, height };
      });
    const before = boxes();
    expect(before.map(({ of, width, height }) => [of, width, height]).slice(0, 6)).toEqual([
      ['plain', 200, 100],
      ['fluid', 100, 50],
      ['block', 200, 100],
      ['small', 30, 15],
      ['item', 200, 100],
      ['fill', 70, 50],
    ]);
    // The bytes do not matter: a URL that is loading has the same box.
    await backend.sign();
    await fixture.whenStable();
    expect(images().every(({ src }) => src.includes('?sig='))).toBeTrue();
    expect(boxes()).toEqual(before);
    expect(images().every(({ style }) => style.display !== 'inline-block' && !style.overflow)).toBeTrue();
  });
});
