import { Directive, effect, inject, input, NgZone, PLATFORM_ID, untracked } from '@angular/core';
import type { Observable } from 'rxjs';
import type { ResourceRef } from './core/resource-ref.ts';
import { isPlaying, rememberPlace } from './media-place.ts';
import { whenNearViewport } from './near-viewport.ts';
import { ResourceElement } from './resource-element.ts';
import { RESOURCE_URL_SETTINGS } from './resource-url-settings.ts';
import { isSafeUrl } from './safe-url.ts';

/** How often one element may ask for another URL, whatever happens, in so many milliseconds. */
const MOST_REFRESHES = 3;
const REFRESH_WINDOW_MS = 60_000;

/**
 * Shows a resource in an image, a video or an audio, and heals it: a URL that does not load is replaced once, then
 * comes the fallback, then it stops. A lazy image is signed for near the viewport only. A video or audio gets a new
 * URL before the old one expires, keeps its place, and is never interrupted while it plays.
 *
 * ```html
 * <img [resourceSrc]="{ kind: 'teamPhoto', name: 'ada.jpg' }" #photo="resourceSrc" alt="Ada Lovelace" />
 * @if (photo.state() === 'failed') { <button (click)="photo.retry()">Try again</button> }
 *
 * <video controls [resourceSrc]="'public/films/tour.mp4'"></video>
 * ```
 *
 * Without a reference (`undefined`) the element has no `src`. Whatever it shows is of the current reference.
 */
@Directive({
  selector: 'img[resourceSrc], video[resourceSrc], audio[resourceSrc], source[resourceSrc]',
  exportAs: 'resourceSrc',
})
export class ResourceSrc extends ResourceElement {
  /** The resource to show, or `undefined` for nothing. */
  readonly resourceSrc = input.required<ResourceRef | undefined>();
  /** Shown in this element where there is no URL, instead of the configured fallback, which is for images only. */
  readonly resourceFallback = input<string>();

  protected override readonly ref = this.resourceSrc;
  readonly #configuredFallback = inject(RESOURCE_URL_SETTINGS).fallback;
  readonly #zone = inject(NgZone);
  readonly #onServer = inject(PLATFORM_ID) === 'server';

  #media: HTMLMediaElement | undefined;
  /** The last URL of the resource itself, not of a fallback. */
  #url: string | undefined;
  /** A new URL that waits for a pause. */
  #next: string | undefined;
  /** Puts a video back where it was. */
  #place: (() => void) | undefined;
  /** The next word of the service decides what is shown. */
  #waiting = false;
  /** A new URL was asked for and none has loaded since. */
  #healing = false;
  #refreshes: number[] = [];

  constructor() {
    super();
    effect((onCleanup) => {
      const stream = this.stream();
      const leave = untracked(() => this.#follow(stream));
      onCleanup(() => leave?.());
    });
    effect(() => {
      this.told();
      untracked(() => this.#settle());
    });
  }

  /**
   * Asks for a new URL now, for a button that is shown when all else failed.
   *
   * ```html
   * <button (click)="photo.retry()">Try again</button>
   * ```
   */
  retry(): void {
    this.#healing = false;
    this.#ask('refresh');
  }

  #follow(stream: Observable<string> | undefined): (() => void) | undefined {
    const { element } = this;
    this.#url = this.#next = this.#place = undefined;
    this.#waiting = this.#healing = false;
    this.#refreshes = [];
    const media = /^source$/.test(element.localName) ? element.parentElement : element;
    // Elements that are rendered on the server have attributes and nothing to play.
    const plays = media && !this.#onServer && /^(?:video|audio)$/.test(media.localName);
    this.#media = plays ? (media as HTMLMediaElement) : undefined;
    if (!stream) {
      this.#set(undefined);
      this.become('idle');
      return undefined;
    }
    const listening = this.#listen();
    let leave: (() => void) | undefined;
    const begin = () => {
      this.#waiting = true;
      const subscription = stream.subscribe((url) => untracked(() => this.#take(url)));
      leave = () => subscription.unsubscribe();
      if (!this.#waiting) return;
      this.#set(undefined);
      this.become('loading');
    };
    if (element.getAttribute('loading') === 'lazy') {
      this.#set(undefined);
      this.become('idle');
      if (!this.#onServer) leave = whenNearViewport(element, begin);
    } else begin();
    return () => {
      leave?.();
      listening.abort();
    };
  }

  #listen(): AbortController {
    const listening = new AbortController();
    // Chromium's own controls pause on `error`: what played is only to be seen in the capturing phase.
    const how = { signal: listening.signal, capture: true };
    const on = (target: HTMLElement, type: string, listener: () => void) => {
      const own = (event: Event) => {
        if (event.target === target) listener();
      };
      target.addEventListener(type, own, how);
    };
    const media = this.#media;
    // Two hundred images that load are no reason for two hundred change detections.
    this.#zone.runOutsideAngular(() => {
      on(this.element, 'error', () => this.#broke());
      on(media ?? this.element, media ? 'loadeddata' : 'load', () => this.#loaded());
      if (!media) return;
      const swap = () => {
        if (this.#next) this.#show(this.#next);
      };
      on(media, 'pause', swap);
      on(media, 'ended', swap);
      // A video that need not load before somebody plays it (`preload`) is as ready as it gets.
      on(media, 'suspend', () => {
        if (this.state() === 'loading' && !this.#waiting) this.become('ready');
      });
      on(media, 'loadedmetadata', () => {
        if (this.state() === 'fallback') return;
        this.#place?.();
        this.#place = undefined;
      });
      if (media !== this.element) {
        // What breaks while it plays breaks on the video and not on the source.
        on(media, 'error', () => {
          if (media.currentSrc === (this.element as HTMLSourceElement).src) this.#broke();
        });
      }
    });
    return listening;
  }

  #take(url: string): void {
    // A fallback says that some element could not load the URL; who waits for one draws the conclusion.
    if (this.told()?.status === 'fallback') return this.#settle();
    this.#waiting = false;
    if (this.#media && this.#url && isPlaying(this.#media)) {
      this.#next = url;
      this.#loaded();
    } else this.#show(url);
  }

  #show(url: string): void {
    if (!isSafeUrl(url)) return this.#fallBack();
    this.#remember();
    this.#url = url;
    this.#next = undefined;
    if (this.state() !== 'ready') this.become('loading');
    this.#set(url);
  }

  #remember(): void {
    if (this.#media && this.#url) this.#place ??= rememberPlace(this.#media);
  }

  #set(url: string | undefined): void {
    const { element } = this;
    const media = this.#media;
    const image = element as HTMLImageElement;
    // Loading anew would interrupt another source of the same video that works.
    const otherWorks =
      media !== element && media?.readyState && !media.error && media.currentSrc !== image.src;
    if (url) element.setAttribute('src', url);
    else if (element.hasAttribute('src')) element.removeAttribute('src');
    else return;
    if (media && !otherWorks && (media !== element || !url)) media.load();
    if (otherWorks || (image.complete && image.naturalWidth)) this.#loaded();
  }

  #loaded(): void {
    if (!/^(?:loading|ready)$/.test(this.state())) return;
    this.#healing = false;
    this.become('ready');
  }

  #broke(): void {
    const { element } = this;
    // An empty `src` fails as well, and so may an earlier URL when its successor is set already.
    const { complete, error } = element as Partial<HTMLImageElement & HTMLVideoElement>;
    if (!element.hasAttribute('src') || complete === false || error === null) return;
    if (this.state() === 'fallback') return this.become('failed');
    this.#remember();
    if (this.#next) return this.#show(this.#next);
    const now = Date.now();
    this.#refreshes = this.#refreshes.filter((time) => time > now - REFRESH_WINDOW_MS);
    if (this.#healing || this.#refreshes.length >= MOST_REFRESHES) return this.#fallBack();
    this.#refreshes.push(now);
    this.#healing = true;
    this.#ask('reportBroken');
  }

  #ask(how: 'refresh' | 'reportBroken'): void {
    const ref = this.ref();
    if (ref === undefined) return;
    this.#waiting = true;
    this.become('loading');
    this.urls[how](ref, this.options());
    this.#settle();
  }

  /** What to do when the service has said its last word and handed out no URL. */
  #settle(): void {
    const told = this.told();
    if (!this.#waiting || !told || told.status === 'loading') return;
    if (told.status === 'stale' && !told.error) return;
    // The same URL came again, as it does within its time window: what failed may have been the network.
    const { status, error } = told;
    if (this.#url && (status === 'ready' || status === 'stale' || error?.code === 'does-not-load')) {
      this.#waiting = false;
      this.#show(this.#url);
    } else if (status !== 'ready') this.#fallBack();
  }

  #fallBack(): void {
    this.#waiting = false;
    // What is configured is a picture.
    const isPicture = this.element.localName === 'img';
    const url = this.resourceFallback() ?? (isPicture ? this.#configuredFallback : undefined);
    if (url && isSafeUrl(url)) {
      this.become('fallback');
      this.#set(url);
    } else this.become('failed');
  }
}
