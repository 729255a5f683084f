import { computed, untracked } from '@angular/core';
import type { ResourceRef, ResourceUrlService, UrlOptions } from '@countersign/angular';
import type { ImageCandidate } from './image-candidate.ts';
import type { SrcsetWidth } from './srcset-widths.ts';
import { WatchedUrl } from './watched-url.ts';

/** What an element is to show. */
export interface ImageView {
  readonly src: string;
  /** `src` is the fallback, because there is nothing else. */
  readonly fallback: boolean;
  readonly candidates: readonly (SrcsetWidth & { readonly url: string })[];
  /** A tiny version to show blurred until `src` is there. */
  readonly placeholder: string | undefined;
}

/** What one image asks for. */
export interface ImageRequest {
  readonly ref: ResourceRef;
  readonly options: UrlOptions | undefined;
  readonly candidate: ImageCandidate | undefined;
  readonly widths: readonly SrcsetWidth[];
  /** Pixels; `undefined` when no placeholder is to be made of the image. */
  readonly placeholderWidth: number | undefined;
  /** The candidates are pictures of the image: `src` is the last of them, so that the image itself need not be signed. */
  readonly derived: boolean;
  /** Where there is no URL. */
  readonly fallback: string | undefined;
}

/** The URLs of one image: of the resource itself and of every candidate, asked for together. */
export class ImageUrls {
  /** What is asked for are pictures of the image. */
  readonly derived: boolean;
  readonly #fallback: string | undefined;
  readonly #watched = new Map<string, WatchedUrl>();
  readonly #main: WatchedUrl;
  #candidates: (SrcsetWidth & { watched: WatchedUrl })[] = [];
  #placeholder: WatchedUrl | undefined;
  #endings: (() => void)[] = [];

  /** Every URL came or failed. */
  readonly settled = computed(() => [...this.#watched.values()].every(({ settled }) => settled()));

  /** `undefined` until everything settled, and when there is nothing to show. */
  readonly view = computed<ImageView | undefined>(
    () => {
      if (!this.settled()) return undefined;
      const src = this.#main.url();
      if (src === undefined) {
        return this.#fallback === undefined
          ? undefined
          : { src: this.#fallback, fallback: true, candidates: [], placeholder: undefined };
      }
      const candidates = this.#candidates.flatMap(({ descriptor, width, watched }) => {
        const url = watched.url();
        return url === undefined ? [] : [{ descriptor, width, url }];
      });
      return { src, fallback: false, candidates, placeholder: this.#placeholder?.url() };
    },
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );

  constructor(service: ResourceUrlService, request: ImageRequest) {
    const { ref, options, candidate, widths, placeholderWidth, fallback } = request;
    this.derived = request.derived;
    this.#fallback = fallback;
    const watch = (each: ResourceRef) => {
      const key = JSON.stringify(each);
      const watched = this.#watched.get(key) ?? new WatchedUrl(service, each, options, fallback);
      this.#watched.set(key, watched);
      return watched;
    };
    const others = candidate ? widths.map(({ width }) => candidate(ref, Math.round(width))) : [];
    this.#main = watch((request.derived ? others.at(-1) : undefined) ?? ref);
    if (!candidate) return;
    for (const [index, each] of widths.entries()) {
      const other = others[index];
      if (other !== undefined) this.#candidates.push({ ...each, watched: watch(other) });
    }
    // The same resource at every width is no choice.
    if (this.#candidates.every(({ watched }) => watched === this.#main)) this.#candidates = [];
    const tiny = placeholderWidth === undefined ? undefined : candidate(ref, placeholderWidth);
    const placeholder = tiny === undefined ? this.#main : watch(tiny);
    if (placeholder !== this.#main) this.#placeholder = placeholder;
  }

  /** Showing the image would ask for nothing. */
  get atHand(): boolean {
    return [...this.#watched.values()].every(({ atHand }) => atHand);
  }

  /** Asks for everything in one turn, so in one request. */
  listen(): void {
    this.#endings = [...this.#watched.values()].map((watched) => watched.listen());
  }

  /** Ends the asking. */
  stop(): void {
    for (const end of this.#endings) end();
    this.#endings = [];
  }

  /** The browser could not show `url`, which is absolute. What is not shown any more is ignored. */
  broken(url: string, baseUrl: string): void {
    for (const watched of this.#watched.values()) {
      const shown = untracked(watched.url);
      if (shown !== undefined && new URL(shown, baseUrl).href === url) return watched.broken();
    }
  }
}
