import { computed, DestroyRef, effect, inject, Service, signal } from '@angular/core';
import { ResourceUrlService, type ResourceRef, type ResourceStatus } from '@countersign/angular';

/** How many resources of a page are in each state of the library. */
export type StateCounts = Readonly<Record<ResourceStatus, number>>;

/** The resources that the page on screen shows, for the fault panel. */
@Service()
export class PageResources {
  readonly #urls = inject(ResourceUrlService);
  readonly #refs = signal<readonly ResourceRef[]>([]);

  readonly count = computed(() => this.#refs().length);
  readonly states = computed<StateCounts>(() => {
    const counts = { loading: 0, ready: 0, stale: 0, fallback: 0, failed: 0 };
    for (const ref of this.#refs()) counts[this.#urls.getState(ref)().status]++;
    return counts;
  });

  /** Says what a page shows, until it is left. To be called in the page's constructor. */
  follow(refs: () => readonly ResourceRef[]): void {
    effect(() => this.#refs.set(refs()));
    inject(DestroyRef).onDestroy(() => this.#refs.set([]));
  }

  /** Asks for a new URL of each; what is shown stays until it comes. */
  askAnew(): void {
    for (const ref of this.#refs()) this.#urls.refresh(ref);
  }
}
