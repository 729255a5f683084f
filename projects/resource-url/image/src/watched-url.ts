import { computed, signal, untracked } from '@angular/core';
import type { ResourceRef, ResourceUrlService, UrlOptions } from '@countersign/angular';

/** Less time than this before its end, a URL is not taken for one at hand: asking for it might sign a new one. */
const MARGIN_MS = 10_000;

/** One resource that an element shows, and what became of its URL there. */
export class WatchedUrl {
  readonly #service: ResourceUrlService;
  readonly #ref: ResourceRef;
  readonly #options: UrlOptions | undefined;
  readonly #fallback: string | undefined;
  readonly #latest = signal<string | undefined>(undefined);
  /** The URL reported broken, and the one after which it was given up. */
  readonly #reported = signal<string | undefined>(undefined);
  readonly #givenUp = signal<string | undefined>(undefined);
  readonly #state = computed(() => this.#service.getState(this.#ref, this.#options)());

  /** There is a URL, or there will be none for now. */
  readonly settled = computed(() => this.#latest() !== undefined || this.#state().status === 'failed');

  /** The URL, `undefined` where there is none that works: the fallback is none. */
  readonly url = computed(() => {
    const url = this.#latest();
    if (url === this.#fallback || url === this.#givenUp()) return undefined;
    if (url !== this.#reported()) return url;
    // The same URL came back, or none: loading it again would fail again.
    const { status } = this.#state();
    return status === 'stale' || status === 'loading' ? url : undefined;
  });

  constructor(
    service: ResourceUrlService,
    ref: ResourceRef,
    options: UrlOptions | undefined,
    fallback: string | undefined,
  ) {
    this.#service = service;
    this.#ref = ref;
    this.#options = options;
    this.#fallback = fallback;
  }

  /** Showing it would ask for nothing. */
  get atHand(): boolean {
    const { status, expiresAt } = untracked(this.#state);
    return status === 'ready' && (!expiresAt || expiresAt.getTime() - Date.now() > MARGIN_MS);
  }

  /** Begins to ask; what is returned ends it. */
  listen(): () => void {
    const stream = this.#service.getUrl(this.#ref, this.#options);
    const subscription = stream.subscribe((url) => this.#latest.set(url));
    return () => subscription.unsubscribe();
  }

  /** The browser could not show the URL: asks for another one the first time, gives up the second time. */
  broken(): void {
    const url = untracked(this.url);
    if (untracked(this.#reported) !== undefined) return this.#givenUp.set(url);
    this.#reported.set(url);
    this.#service.reportBroken(this.#ref, this.#options);
  }
}
