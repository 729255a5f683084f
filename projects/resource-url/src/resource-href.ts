import { Directive, effect, inject, input, PLATFORM_ID, untracked } from '@angular/core';
import type { ResourceRef } from './core/resource-ref.ts';
import { ResourceElement } from './resource-element.ts';
import { isSafeUrl } from './safe-url.ts';

/**
 * Keeps the anchor a link, for the keyboard and for screen readers, while there is no URL. It is neither a page of
 * the application, which would show as visited or be fetched ahead, nor a script.
 */
const PLACEHOLDER = 'about:blank';

/**
 * A link to a resource, signed for when somebody is about to follow it: on pressing a button or a finger on it, on
 * keyboard focus, at the latest on the click. Rendering it asks for nothing.
 *
 * ```html
 * <a [resourceHref]="{ kind: 'document', userId: 'ada', name: 'contract.pdf' }" target="_blank">Contract</a>
 * ```
 *
 * A click that comes before the URL waits for it and then goes where it would have gone: `target`, `download`, `rel`,
 * the middle button, Ctrl, Cmd and Shift count. A click whose URL cannot be had goes nowhere, and `state` is `failed`.
 * Without a reference (`undefined`) the anchor has no `href`.
 */
@Directive({
  selector: 'a[resourceHref]',
  exportAs: 'resourceHref',
  host: {
    '(pointerdown)': 'retry()',
    '(focus)': 'focused()',
    '(contextmenu)': 'retry()',
    '(click)': 'followed($event)',
    '(auxclick)': 'followed($event)',
  },
})
export class ResourceHref extends ResourceElement {
  /** The resource to link to, or `undefined` for no link. */
  readonly resourceHref = input.required<ResourceRef | undefined>();

  protected override readonly ref = this.resourceHref;
  /** The request under way; an answer to any other one comes too late. */
  #asked: object | undefined;
  /** The click that waits for a URL. */
  #click: MouseEvent | undefined;

  constructor() {
    super();
    const onServer = inject(PLATFORM_ID) === 'server';
    effect((onCleanup) => {
      const stream = this.stream();
      untracked(() => {
        this.#set(stream && !onServer ? PLACEHOLDER : undefined);
        this.become('idle');
      });
      onCleanup(() => (this.#asked = this.#click = undefined));
    });
  }

  /** Asks for a URL if there is none that works, without following the link, e.g. for a button beside it. */
  retry(): void {
    this.#ready();
  }

  protected focused(): void {
    // Focus by a pointer comes after `pointerdown`; focus by a script is nobody's intent.
    if (this.element.matches(':focus-visible')) this.retry();
  }

  protected followed(event: MouseEvent): void {
    if (event.defaultPrevented || event.button > 1 || !this.element.hasAttribute('href') || this.#ready())
      return;
    event.preventDefault();
    this.#click = event;
  }

  /** Whether `href` is a URL that works now; else one is asked for. */
  #ready(): boolean {
    const ref = this.ref();
    const options = this.options();
    if (ref === undefined) return false;
    let ready = false;
    // A stream hands out at once what is at hand and still good, so what has expired never stays.
    this.stream()
      ?.subscribe((url) => {
        ready = this.told()?.status !== 'fallback' && this.#arrived(url);
      })
      .unsubscribe();
    if (ready || this.#asked) return ready;
    this.#set(PLACEHOLDER);
    this.become('loading');
    const asked = (this.#asked = {});
    const settle = (url: string) => {
      if (this.#asked !== asked) return;
      const click = this.#click;
      this.#asked = this.#click = undefined;
      if (!this.#arrived(url)) this.become('failed');
      else if (click) this.#go(url, click);
    };
    this.urls.sign(ref, options).then(
      ({ url }) => settle(url),
      () => settle(':'),
    );
    return false;
  }

  #arrived(url: string): boolean {
    const safe = isSafeUrl(url);
    if (safe) {
      this.#asked = undefined;
      this.#set(url);
      this.become('ready');
    }
    return safe;
  }

  #go(url: string, { button, ctrlKey, metaKey, shiftKey }: MouseEvent): void {
    if (button || ctrlKey || metaKey || shiftKey) {
      open(
        url,
        '_blank',
        /noreferrer/.test(this.element.getAttribute('rel') ?? '') ? 'noreferrer' : 'noopener',
      );
      return;
    }
    // A copy has every attribute and no listeners, so the application sees one click and not two.
    (this.element.cloneNode() as HTMLElement).click();
  }

  #set(url: string | undefined): void {
    if (url) this.element.setAttribute('href', url);
    else this.element.removeAttribute('href');
  }
}
