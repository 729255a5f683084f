import type { ImageLoaderConfig } from '@angular/common';
import type { ImageView } from './image-urls.ts';

declare const ngDevMode: boolean | undefined;

/** Answers NgOptimizedImage on one element from what has been signed for it. */
export class ElementImageLoader {
  #view: ImageView | undefined;
  #src: string | undefined;

  /**
   * @param view what the element is to show from now on
   * @param priority the image is marked as the most important one, and so is not warned about for not being
   */
  use(view: ImageView, priority: boolean): void {
    this.#view = view;
    // In development NgOptimizedImage prints this when it is the largest paint and has no priority, or has changed. So
    // the first one stays, without its signature; the directive writes the real one before the browser looks.
    const printed = (typeof ngDevMode === 'undefined' || ngDevMode) && !priority;
    this.#src ??= printed ? view.src.replace(/[?#][^]*/, '') : view.src;
  }

  /** An `ImageLoader`. Without a view there is nothing to load. */
  load({ width, isPlaceholder }: ImageLoaderConfig): string {
    if (isPlaceholder) return this.#view?.placeholder ?? '';
    if (width === undefined) return this.#src ?? '';
    return this.#view?.candidates.find((each) => each.width === width)?.url ?? '';
  }
}
