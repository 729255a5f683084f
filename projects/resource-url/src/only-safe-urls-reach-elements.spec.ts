import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Subject } from 'rxjs';
import { ResourceHref } from './resource-href.ts';
import { ResourceSrc } from './resource-src.ts';
import { isSafeUrl } from './safe-url.ts';
import { development, production } from './testing/signing-backend.ts';

const UNSAFE = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'vbscript:x',
  'file:///etc/passwd',
  'intent://x',
];

@Component({
  imports: [ResourceSrc, ResourceHref],
  template: `
    <img [resourceSrc]="ref()" [resourceFallback]="fallback()" alt="" />
    <a [resourceHref]="ref()">Open</a>
  `,
})
class Page {
  readonly ref = signal('public/a.jpg');
  readonly fallback = signal<string | undefined>(undefined);
}

describe('Only http(s), data, blob and relative URLs reach src and href', () => {
  beforeEach(() => spyOn(console, 'error'));

  async function render(ref: string, fallback?: string) {
    const fixture = TestBed.createComponent(Page);
    fixture.componentInstance.ref.set(ref);
    fixture.componentInstance.fallback.set(fallback);
    fixture.detectChanges();
    const host = fixture.nativeElement as HTMLElement;
    const link = host.querySelector('a')!;
    link.dispatchEvent(new Event('pointerdown'));
    await Promise.resolve();
    await Promise.resolve();
    fixture.detectChanges();
    const used = () => [host.querySelector('img')!.getAttribute('src'), link.getAttribute('href')];
    return { fixture, host, used };
  }

  for (const url of UNSAFE) {
    const name = JSON.stringify(url);

    it(`not ${name} as a reference, in development`, async () => {
      development();
      const { used } = await render(url);
      for (const each of used()) expect(each ?? '').toMatch(/^$|^\/assets\/|^about:blank$/);
    });

    it(`not ${name} as a reference or an answer, in production`, async () => {
      const { backend } = production();
      const { used, fixture } = await render(url);
      for (const request of await backend.open()) request.flush({ ...backend.signed('x'), url });
      await Promise.resolve();
      fixture.detectChanges();
      expect(used()).toEqual([null, 'about:blank']);
    });

    it(`not ${name}, even if the service hands it out`, async () => {
      const { service } = production();
      const urls = new Subject<string>();
      spyOn(service, 'getUrl').and.returnValue(urls);
      spyOn(service, 'sign').and.resolveTo({ url });
      const { used, fixture, host } = await render('public/a.jpg');
      urls.next(url);
      fixture.detectChanges();
      expect(used()).toEqual([null, 'about:blank']);
      expect([...host.querySelectorAll('.resource-failed')].length).toBe(2);
    });

    it(`not ${name} as a fallback`, async () => {
      const { backend } = production();
      const { used, fixture, host } = await render('public/a.jpg', url);
      await backend.refuse(403, 'path-forbidden');
      fixture.detectChanges();
      expect(used()[0]).toBeNull();
      expect(host.querySelector('img')!.className).toBe('resource-failed');
    });
  }

  for (const url of ['https://elsewhere.example/a.jpg', 'data:image/gif;base64,R0lGOD', 'blob:https://x/1']) {
    it(`but ${url}`, async () => {
      production();
      expect((await render(url)).used()).toEqual([url, url]);
    });
  }

  it('reads relative URLs as browsers do', () => {
    const safe = ['/a:b', 'a/b:c', '?a:b', '#a:b', 'a', '', '//elsewhere.example/a', 'HTTPS://x/'];
    expect(safe.filter((url) => !isSafeUrl(url))).toEqual([]);
    expect(UNSAFE.filter(isSafeUrl)).toEqual([]);
  });
});
