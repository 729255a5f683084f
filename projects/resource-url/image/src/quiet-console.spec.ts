import { NgOptimizedImage } from '@angular/common';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from '@countersign/angular';
import { provideImageCandidates, ResourceImage } from '@countersign/angular/image';
import { production } from '../../src/testing/signing-backend.ts';
import { render } from './testing/render.ts';

@Component({
  imports: [ResourceImage],
  template: `
    @if (shown()) {
      <img [resourceImage]="ref()" width="400" height="300" loading="eager" placeholder alt="" />
      <img [resourceImage]="hero()" width="400" height="300" sizes="50vw" priority alt="" />
    }
  `,
})
class Page {
  readonly shown = signal(true);
  readonly ref = signal<ResourceRef>('public/a.jpg');
  readonly hero = signal<ResourceRef>('public/hero.jpg');
}

@Component({
  imports: [NgOptimizedImage],
  template: `<img [ngSrc]="src" width="400" height="300" alt="" />`,
})
class Plain {
  readonly src = 'https://cdn.example.com/a.jpg?sig=sEcReT';
}

describe('The console', () => {
  let written: string[];
  let paint: (element: Element) => void;

  beforeEach(() => {
    for (const link of document.head.querySelectorAll('link[rel~="preconnect"]')) link.remove();
    written = [];
    for (const level of ['error', 'warn', 'log', 'info', 'debug'] as const) {
      spyOn(console, level).and.callFake((...parts: unknown[]) => written.push(parts.map(String).join(' ')));
    }
    const observers: PerformanceObserverCallback[] = [];
    const observer = { observe: () => undefined, disconnect: () => undefined };
    spyOn(window, 'PerformanceObserver').and.callFake(function (callback: PerformanceObserverCallback) {
      observers.push(callback);
      return observer as unknown as PerformanceObserver;
    } as never);
    // As the browser says it: this element is the largest contentful paint.
    paint = (element) => {
      const list = { getEntries: () => [{ element }] } as unknown as PerformanceObserverEntryList;
      for (const each of observers) each(list, observer as never);
    };
  });

  afterEach(() => {
    for (const link of document.head.querySelectorAll('link[rel~="preconnect"]')) link.remove();
  });

  it('hears nothing: not of priority, not of preconnect, not of changed images', async () => {
    TestBed.configureTestingModule({
      providers: [provideImageCandidates((ref, width) => `${String(ref)}/${width}.jpg`)],
    });
    const { service, backend } = production();
    const { fixture, page, images } = await render(Page);
    const settle = async () => {
      await backend.sign();
      await fixture.whenStable();
      for (const image of images()) {
        expect(image.src).toContain('?sig=');
        paint(image);
      }
    };
    await settle();
    service.reportBroken('public/a.jpg');
    service.reportBroken('public/hero.jpg');
    await settle();
    page.ref.set('public/b.jpg');
    page.hero.set('public/other.jpg');
    await fixture.whenStable();
    await settle();
    page.shown.set(false);
    await fixture.whenStable();
    expect(written).toEqual([]);
  });

  it('would hear a signed URL from NgOptimizedImage alone', async () => {
    const { image } = await render(Plain);
    paint(image());
    expect(written.filter((text) => text.includes('sEcReT')).length).toBe(1);
  });

  it('still hears what NgOptimizedImage has against a template, without a signature', async () => {
    @Component({
      imports: [ResourceImage],
      template: `<img [resourceImage]="ref" width="0" height="300" priority alt="" />`,
    })
    class Wrong {
      readonly ref: ResourceRef = { kind: 'teamPhoto', name: 'https://elsewhere.example/a.jpg?sig=sEcReT' };
    }
    production();
    const fixture = TestBed.createComponent(Wrong);
    let message = '';
    try {
      await fixture.whenStable();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('NG02952');
    expect(message).toContain('ngSrc="teamPhoto/https://elsewhere.example/a.jpg"');
    expect([message, ...written].join()).not.toContain('sEcReT');
  });
});
