import {
  computed,
  Directive,
  ElementRef,
  inject,
  input,
  output,
  signal,
  untracked,
  type Signal,
} from '@angular/core';
import type { ResourceRef, UrlOptions } from './core/resource-ref.ts';
import { ResourceUrlService } from './resource-url.service.ts';

/**
 * How an element with `resourceSrc` or `resourceHref` stands. The element has the class `resource-` plus this word.
 *
 * | state | meaning |
 * |---|---|
 * | `idle` | nothing to show, or not asked yet: a lazy image far away, a link nobody has touched |
 * | `loading` | a URL is asked for, or the browser is loading it; `aria-busy` is set |
 * | `ready` | loaded; for a link, its `href` is a URL that works |
 * | `fallback` | the fallback is shown |
 * | `failed` | neither a URL nor a fallback works |
 */
export type ResourceElementState = 'idle' | 'loading' | 'ready' | 'fallback' | 'failed';

/** What `ResourceSrc` and `ResourceHref` have in common. */
@Directive({
  host: {
    '[class]': `'resource-' + state()`,
    '[attr.aria-busy]': `state() === 'loading' || null`,
  },
})
export abstract class ResourceElement {
  /** What to ask for beyond the reference, as for `ResourceUrlService.getUrl`. */
  readonly resourceOptions = input<UrlOptions>();
  /** Emits every change of `state`. */
  readonly resourceState = output<ResourceElementState>();

  readonly #state = signal<ResourceElementState>('idle');
  /** How the element stands. */
  readonly state = this.#state.asReadonly();
  /** Why there is no URL, or no newer one. */
  readonly error = computed(() => this.told()?.error);

  protected abstract readonly ref: Signal<ResourceRef | undefined>;
  protected readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly urls = inject(ResourceUrlService);

  protected readonly options = computed(() =>
    /^(?:a|img)$/.test(this.element.localName)
      ? this.resourceOptions()
      : { ...this.resourceOptions(), keepFresh: true },
  );

  /** The same object as long as the reference and the options come to the same, whatever objects they are. */
  protected readonly stream = computed(() => {
    const ref = this.ref();
    return ref === undefined ? undefined : this.urls.getUrl(ref, this.options());
  });

  /** How the service says the resource stands. */
  protected readonly told = computed(() => {
    const ref = this.ref();
    return ref === undefined ? undefined : this.urls.getState(ref, this.options())();
  });

  constructor() {
    // What a server wrote into the attribute, Angular adds to and takes nothing from.
    this.element.classList.remove('resource-loading', 'resource-fallback', 'resource-failed');
  }

  protected become(state: ResourceElementState): void {
    if (untracked(this.#state) === state) return;
    this.#state.set(state);
    this.resourceState.emit(state);
  }
}
