import { IMAGE_CONFIG, IMAGE_LOADER, NgOptimizedImage } from '@angular/common';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideImageCandidates, ResourceImage, type ImageCandidate } from '@countersign/angular/image';
import { production } from '../../src/testing/signing-backend.ts';
import { srcsetWidths, type SrcsetInputs } from './srcset-widths.ts';
import { entries, paths, render } from './testing/render.ts';

const derivative: ImageCandidate = (ref, width) =>
  typeof ref === 'string' ? ref.replace(/([^/]+)$/, `${width}/$1`) : undefined;

@Component({
  imports: [ResourceImage],
  template: `
    <div hidden>
      <img
        [resourceImage]="ref"
        ngSrcset="320w, 640w"
        sizes="50vw"
        width="640"
        height="400"
        loading="eager"
        alt=""
      />
    </div>
  `,
})
class Widths {
  readonly ref = 'public/team/a.jpg';
}

@Component({
  imports: [ResourceImage],
  template: `
    <img resourceImage="a.jpg" [candidate]="small" sizes="100vw" width="9" height="9" priority alt="" />
  `,
})
class Named {
  readonly small: ImageCandidate = (_, width) => `public/small/${width}.jpg`;
}

@Component({
  imports: [ResourceImage],
  template: `
    <div hidden>
      <img
        [resourceImage]="ref"
        width="333"
        height="200"
        loading="eager"
        ngSrcset="1x, 1.5x"
        placeholder
        alt=""
      />
    </div>
  `,
})
class Densities {
  readonly ref = 'public/a.jpg';
}

function withCandidate(candidate: ImageCandidate): void {
  TestBed.configureTestingModule({ providers: [provideImageCandidates(candidate)] });
}

describe('The srcset of resourceImage', () => {
  it('is absent as long as every width is the same resource', async () => {
    const { backend } = production();
    const { fixture, image } = await render(Widths);
    await backend.sign();
    await fixture.whenStable();
    expect(image().src).toContain('?sig=');
    expect(image().hasAttribute('srcset')).toBeFalse();
    expect(paths(backend)).toEqual([['public/team/a.jpg']]);
  });

  it('is signed together with src, in one request', async () => {
    withCandidate(derivative);
    const { backend } = production();
    const { fixture, image } = await render(Widths);
    expect(image().hasAttribute('srcset')).toBeFalse();
    await backend.sign();
    await fixture.whenStable();
    expect(paths(backend)).toEqual([['public/team/a.jpg', 'public/team/320/a.jpg', 'public/team/640/a.jpg']]);
    expect(entries(image().srcset)).toEqual([
      { path: 'public/team/320/a.jpg', descriptor: '320w' },
      { path: 'public/team/640/a.jpg', descriptor: '640w' },
    ]);
    expect(image().srcset.match(/\?sig=/g)?.length).toBe(2);
    expect(image().sizes).toBe('50vw');
  });

  it('leaves out what the candidate function has nothing for, and what is refused', async () => {
    withCandidate((ref, width) => (width > 320 ? undefined : derivative(ref, width)));
    const { backend } = production({ fallback: '/assets/nobody.svg' });
    const { fixture, image } = await render(Widths);
    const [request] = await backend.open();
    request!.flush({
      results: [backend.signed('public/team/a.jpg'), { code: 'resource-not-found', status: 404 }],
    });
    await fixture.whenStable();
    expect(image().src).toContain('/public/team/a.jpg?sig=');
    expect(image().hasAttribute('srcset')).toBeFalse();
  });

  it('asks for whole pixels, and for the placeholder, in the same request', async () => {
    withCandidate(derivative);
    const { backend } = production();
    const { fixture, image } = await render(Densities);
    await backend.sign();
    await fixture.whenStable();
    expect(paths(backend)).toEqual([
      ['public/a.jpg', 'public/333/a.jpg', 'public/500/a.jpg', 'public/30/a.jpg'],
    ]);
    expect(entries(image().srcset)).toEqual([
      { path: 'public/333/a.jpg', descriptor: '1x' },
      { path: 'public/500/a.jpg', descriptor: '1.5x' },
    ]);
    expect(image().style.backgroundImage).toContain('/public/30/a.jpg?sig=');
  });

  it('goes by the element before the provider', async () => {
    withCandidate(derivative);
    const { backend } = production();
    await render(Named);
    await backend.sign();
    expect(paths(backend)[0]).toContain('public/small/640.jpg');
  });

  describe('has the widths that NgOptimizedImage would take', () => {
    const inputs = {
      ngSrcset: undefined,
      sizes: undefined,
      fill: false,
      width: 300,
      height: 200,
      disableOptimizedSrcset: false,
    };
    const cases: Partial<SrcsetInputs>[] = [
      {},
      { sizes: '50vw' },
      { sizes: ' 100vw' },
      { sizes: '(min-width: 768px) 50vw, 100vw' },
      { width: 2000 },
      { height: 1081 },
      { width: 2000, sizes: '100vw' },
      { fill: true, width: undefined, height: undefined },
      { disableOptimizedSrcset: true },
      { ngSrcset: '100w, 200w,300w' },
      { ngSrcset: '1x, 2.5x' },
      { ngSrcset: '100w', disableOptimizedSrcset: true },
    ];

    for (const each of cases) {
      for (const breakpoints of [undefined, [900, 640, 100]]) {
        it(`for ${JSON.stringify(each)}, breakpoints ${breakpoints ?? 'left out'}`, async () => {
          const wished: SrcsetInputs = { ...inputs, ...each };
          const asked: string[] = [];
          TestBed.configureTestingModule({
            providers: [
              {
                provide: IMAGE_LOADER,
                useValue: ({ width }: { width?: number }) => {
                  if (width !== undefined) asked.push(String(width));
                  return `data:,${width}`;
                },
              },
              breakpoints ? { provide: IMAGE_CONFIG, useValue: { breakpoints: [...breakpoints] } } : [],
            ],
          });
          @Component({
            imports: [NgOptimizedImage],
            template: `
              @let wished = inputs();
              @if (wished.fill) {
                <img ngSrc="x" fill alt="" />
              } @else {
                <img
                  ngSrc="x"
                  [width]="wished.width"
                  [height]="wished.height"
                  [sizes]="$any(wished.sizes)"
                  [ngSrcset]="$any(wished.ngSrcset)"
                  [disableOptimizedSrcset]="wished.disableOptimizedSrcset"
                  alt=""
                />
              }
            `,
          })
          class Plain {
            readonly inputs = signal(wished);
          }
          const { image } = await render(Plain);
          const ours = srcsetWidths(wished, breakpoints);
          expect(ours.map(({ width }) => String(width))).toEqual(asked);
          const theirs = (image().getAttribute('srcset') ?? '').split(', ').filter(Boolean);
          expect(ours.map(({ descriptor }) => descriptor)).toEqual(
            theirs.map((entry) => entry.split(' ')[1]!),
          );
        });
      }
    }
  });
});
