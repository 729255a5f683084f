import { DestroyRef, effect, inject, Service, signal, type Signal } from '@angular/core';
import { watchUploads, type UploadNews } from '@countersign/angular/upload';
import type { Subscription } from 'rxjs';

/** What the server says of the uploads of whoever is signed in, while somebody waits for them. */
@Service({ autoProvided: false })
export class UploadBoard {
  readonly #told = watchUploads();
  readonly #news = signal<ReadonlyMap<string, UploadNews>>(new Map());
  #watching: Subscription | undefined;

  /** By the id of the resource. */
  readonly news = this.#news.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => this.#watching?.unsubscribe());
  }

  /** Watches as long as this says so. To be called in the page's constructor. */
  follow(waiting: Signal<boolean>): void {
    effect(() => {
      if (waiting()) this.#watching ??= this.#watch();
      else this.#stop();
    });
  }

  #watch(): Subscription {
    return this.#told.subscribe({
      next: (news) => this.#news.update((before) => new Map(before).set(news.id, news)),
      // The uploads go on all the same, and say themselves how they end.
      error: () => this.#stop(),
    });
  }

  #stop(): void {
    this.#watching?.unsubscribe();
    this.#watching = undefined;
  }
}
