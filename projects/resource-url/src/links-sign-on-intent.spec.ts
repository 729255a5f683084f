import { Component, PLATFORM_ID, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from './core/resource-ref.ts';
import { ResourceHref } from './resource-href.ts';
import { next } from './testing/real-pictures.ts';
import { production } from './testing/signing-backend.ts';

@Component({
  imports: [ResourceHref],
  template: `
    @for (name of names; track name) {
      <a [resourceHref]="refs() && { kind: 'document', userId: 'ada', name }" target="opened">{{ name }}</a>
    }
  `,
})
class Documents {
  readonly names = Array.from({ length: 100 }, (_, n) => `${n}.pdf`);
  readonly refs = signal<ResourceRef | undefined>('');
}

describe('A list of a hundred links', () => {
  function render() {
    const made = production();
    const fixture = TestBed.createComponent(Documents);
    fixture.componentInstance.refs.set('yes');
    fixture.detectChanges();
    const links = [...(fixture.nativeElement as HTMLElement).querySelectorAll('a')];
    const [first] = links;
    const href = () => first!.getAttribute('href');
    return { ...made, fixture, links, first: first!, href };
  }

  it('makes no sign request when nobody touches it, nor when the mouse passes over it', async () => {
    const { backend, links } = render();
    for (const link of links) {
      for (const type of ['pointerenter', 'pointerover', 'mouseenter', 'mouseover', 'pointermove']) {
        link.dispatchEvent(new PointerEvent(type, { bubbles: true }));
      }
    }
    expect(await backend.open()).toEqual([]);
    expect(links.every((link) => link.className === 'resource-idle')).toBeTrue();
  });

  it('can be reached by the keyboard, and is a list of links to screen readers', () => {
    const { links } = render();
    expect(links.every((link) => link.matches(':any-link') && link.tabIndex === 0)).toBeTrue();
  });

  for (const button of [0, 1, 2]) {
    it(`signs one document when button ${button} goes down on its link`, async () => {
      const { backend, fixture, first, href, links } = render();
      first.dispatchEvent(new PointerEvent('pointerdown', { button }));
      first.dispatchEvent(new PointerEvent('pointerdown', { button }));
      fixture.detectChanges();
      expect(first.className).toBe('resource-loading');
      expect(first.getAttribute('aria-busy')).toBe('true');
      await backend.sign();
      await Promise.resolve();
      fixture.detectChanges();
      expect(backend.bodies).toEqual([jasmine.objectContaining({ path: 'users/ada/documents/0.pdf' })]);
      expect(href()).toContain('/users/ada/documents/0.pdf?sig=1');
      expect(first.className).toBe('resource-ready');
      expect(links.filter((link) => link.href.includes('sig=')).length).toBe(1);
    });
  }

  it('signs on keyboard focus', async () => {
    const { backend, first } = render();
    spyOn(first, 'matches').withArgs(':focus-visible').and.returnValue(true);
    first.dispatchEvent(new FocusEvent('focus'));
    expect((await backend.open()).length).toBe(1);
  });

  it('does not sign on a focus that nobody sees', async () => {
    const { backend, first } = render();
    spyOn(first, 'matches').withArgs(':focus-visible').and.returnValue(false);
    first.dispatchEvent(new FocusEvent('focus'));
    expect(await backend.open()).toEqual([]);
  });

  it('has the URL before the context menu opens, when it is at hand', async () => {
    const { service, backend, first, href } = render();
    void service.sign({ kind: 'document', userId: 'ada', name: '0.pdf' });
    await backend.sign();
    first.dispatchEvent(new MouseEvent('contextmenu', { button: 2 }));
    expect(href()).toContain('?sig=1');
    expect(backend.answered).toBe(1);
  });

  it('replaces a URL that expired, at the next intent', async () => {
    const { backend, fixture, first, href } = render();
    first.dispatchEvent(new PointerEvent('pointerdown'));
    await backend.sign(15);
    await Promise.resolve();
    expect(href()).toContain('?sig=1');
    const now = Date.now();
    spyOn(Date, 'now').and.callFake(() => now + 16 * 60_000);
    first.dispatchEvent(new PointerEvent('pointerdown'));
    expect(href()).toBe('about:blank');
    await backend.sign(15);
    await Promise.resolve();
    expect(href()).toContain('?sig=2');
    fixture.detectChanges();
    expect(first.className).toBe('resource-ready');
  });

  it('does not keep the URL of somebody who has signed out', async () => {
    const { service, backend, first, href } = render();
    first.dispatchEvent(new PointerEvent('pointerdown'));
    await backend.sign();
    await Promise.resolve();
    service.clear();
    first.dispatchEvent(new PointerEvent('pointerdown'));
    expect(href()).toBe('about:blank');
  });

  it('never shows the answer for an earlier reference', async () => {
    const { backend, fixture, first } = render();
    first.dispatchEvent(new PointerEvent('pointerdown'));
    fixture.componentInstance.refs.set(undefined);
    fixture.detectChanges();
    await backend.sign();
    await Promise.resolve();
    expect(first.hasAttribute('href')).toBeFalse();
    first.dispatchEvent(new PointerEvent('pointerdown'));
    first.click();
    expect(await backend.open()).toEqual([]);
  });

  it('has no href on the server, where nobody could follow it', () => {
    TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    expect(render().first.hasAttribute('href')).toBeFalse();
  });

  it('is failed, goes nowhere, and asks again, when the server refuses', async () => {
    const { backend, fixture, first, href } = render();
    const click = next(first, 'click');
    first.click();
    expect((await click).defaultPrevented).toBeTrue();
    await backend.refuse(403, 'owner-revoked');
    await Promise.resolve();
    await Promise.resolve();
    fixture.detectChanges();
    expect(first.className).toBe('resource-failed');
    expect(href()).toBe('about:blank');
    first.dispatchEvent(new PointerEvent('pointerdown'));
    await backend.sign();
    await Promise.resolve();
    expect(href()).toContain('?sig=');
  });

  it('never links to a fallback, which is a picture', async () => {
    TestBed.resetTestingModule();
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const fixture = TestBed.createComponent(Documents);
    fixture.componentInstance.refs.set('yes');
    fixture.detectChanges();
    const [first] = (fixture.nativeElement as HTMLElement).querySelectorAll('a');
    service.getUserDocumentUrl('ada', '0.pdf').subscribe();
    first!.dispatchEvent(new PointerEvent('pointerdown'));
    await backend.refuse(403, 'owner-revoked');
    await Promise.resolve();
    await Promise.resolve();
    first!.dispatchEvent(new PointerEvent('pointerdown'));
    expect(first!.getAttribute('href')).toBe('about:blank');
  });
});
