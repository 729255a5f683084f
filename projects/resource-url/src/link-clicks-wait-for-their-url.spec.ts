import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceHref } from './resource-href.ts';
import { next } from './testing/real-pictures.ts';
import { production } from './testing/signing-backend.ts';

const FRAME = 'link-clicks-frame';

@Component({
  imports: [ResourceHref],
  template: `
    <iframe name="${FRAME}" title="target"></iframe>
    <a [resourceHref]="ref" target="${FRAME}" rel="noreferrer">Open</a>
  `,
})
class Page {
  readonly ref = 'public/a.pdf';
}

describe('A click that comes before the URL', () => {
  function render() {
    const made = production();
    const fixture = TestBed.createComponent(Page);
    fixture.detectChanges();
    const host = fixture.nativeElement as HTMLElement;
    const link = host.querySelector('a')!;
    const frame = host.querySelector('iframe')!;
    const opened = spyOn(window, 'open').and.returnValue(null);
    const answer = async () => {
      for (const request of await made.backend.open()) {
        request.flush({ ...made.backend.signed('public/a.pdf'), url: '/context.js?sig=1' });
      }
      await Promise.resolve();
    };
    return { ...made, fixture, link, frame, opened, answer };
  }

  it('waits for it and then goes where it would have gone, with one click for the application', async () => {
    const { fixture, link, frame, answer } = render();
    let clicks = 0;
    (fixture.nativeElement as HTMLElement).addEventListener('click', () => (clicks += 1));
    const event = new MouseEvent('click', { cancelable: true, bubbles: true });
    link.dispatchEvent(event);
    expect(event.defaultPrevented).toBeTrue();
    const loaded = next(frame, 'load');
    await answer();
    await loaded;
    expect(frame.contentWindow!.location.href).toContain('/context.js?sig=1');
    expect(clicks).toBe(1);
  });

  it('goes once, however often somebody clicks meanwhile', async () => {
    const { link, answer } = render();
    const gone = spyOn(HTMLElement.prototype, 'click');
    for (let n = 0; n < 3; n++) link.dispatchEvent(new MouseEvent('click', { cancelable: true }));
    await answer();
    expect(gone).toHaveBeenCalledTimes(1);
  });

  for (const [what, type, init] of [
    ['middle button', 'auxclick', { button: 1 }],
    ['Ctrl', 'click', { ctrlKey: true }],
    ['Cmd', 'click', { metaKey: true }],
    ['Shift', 'click', { shiftKey: true }],
  ] as const) {
    it(`opens another tab with ${what}`, async () => {
      const { link, opened, answer } = render();
      const event = new MouseEvent(type, { cancelable: true, ...init });
      link.dispatchEvent(event);
      expect(event.defaultPrevented).toBeTrue();
      await answer();
      expect(opened).toHaveBeenCalledOnceWith('/context.js?sig=1', '_blank', 'noreferrer');
    });
  }

  it('leaves alone the right button, and clicks the application has taken', async () => {
    const { backend, link } = render();
    const right = new MouseEvent('auxclick', { cancelable: true, button: 2 });
    link.dispatchEvent(right);
    expect(right.defaultPrevented).toBeFalse();
    link.addEventListener('click', (event) => event.preventDefault(), { capture: true });
    link.dispatchEvent(new MouseEvent('click', { cancelable: true }));
    expect(await backend.open()).toEqual([]);
  });

  it('goes nowhere when the link is gone by then', async () => {
    const { fixture, link, answer } = render();
    const gone = spyOn(HTMLElement.prototype, 'click');
    link.dispatchEvent(new MouseEvent('click', { cancelable: true }));
    fixture.destroy();
    await answer();
    expect(gone).not.toHaveBeenCalled();
  });

  it('is not held up when the URL is at hand', async () => {
    const { service, link, frame, answer } = render();
    const ready = service.sign('public/a.pdf');
    await answer();
    await ready;
    const loaded = next(frame, 'load');
    const event = new MouseEvent('click', { cancelable: true });
    link.dispatchEvent(event);
    expect(event.defaultPrevented).toBeFalse();
    await loaded;
    expect(frame.contentWindow!.location.href).toContain('/context.js?sig=1');
  });
});
