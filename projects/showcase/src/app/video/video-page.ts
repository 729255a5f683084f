import { Component, computed, DestroyRef, effect, inject, signal, viewChild } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { DecimalPipe } from '@angular/common';
import { ResourceSrc, ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { interval, map, startWith } from 'rxjs';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';

const CLIP: ResourceRef = { kind: 'clip', name: 'clip.webm' };
/** The server signs the same URL again for a quarter of its lifetime, so a new one may be this far away. */
const ASK_EVERY_MS = 1000;
const MOST_ATTEMPTS = 20;

/** A short video whose URL runs out within a minute, and which stays where it is when it gets another. */
@Component({
  selector: 'app-video-page',
  imports: [DecimalPipe, Icon, MatButton, ResourceSrc],
  templateUrl: './video-page.html',
  styleUrl: './video-page.scss',
})
export class VideoPage {
  readonly #urls = inject(ResourceUrlService);
  private readonly film = viewChild.required(ResourceSrc);

  protected readonly clip = CLIP;
  protected readonly mode = inject(DELIVERY_MODE);
  protected readonly state = this.#urls.getState(CLIP);
  /** How many URLs the library has handed out to this page. */
  protected readonly given = signal(0);
  /** How many of them the video has shown. */
  protected readonly shown = signal(0);
  /** Where the video went on with its latest URL, seconds. */
  protected readonly keptAt = signal<number | undefined>(undefined);
  /** How many had been handed out when another one was asked for. */
  readonly #asked = signal<number | undefined>(undefined);
  protected readonly asking = computed(() => this.#asked() === this.given());
  readonly #now = toSignal(interval(1000).pipe(startWith(0), map(Date.now)), { requireSync: true });
  protected readonly secondsLeft = computed(() => {
    const until = this.state().expiresAt?.getTime();
    return until === undefined ? undefined : Math.max(0, Math.ceil((until - this.#now()) / 1000));
  });

  #attempt: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(PageResources).follow(() => [CLIP]);
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#attempt));
    // As the video asks for it: the same stream.
    const url = toSignal(this.#urls.getUrl(CLIP, { keepFresh: true }));
    effect(() => {
      if (url()) this.given.update((given) => given + 1);
    });
  }

  /** Asks until there is another URL. */
  protected askForAnother(attempt = 1): void {
    this.#asked.set(this.given());
    const film = this.film();
    // A retry loads the same URL again where that is the answer; a video that plays is not to be interrupted so.
    if (film.state() === 'failed') film.retry();
    else this.#urls.refresh(CLIP);
    this.#attempt = setTimeout(() => {
      if (this.asking() && attempt < MOST_ATTEMPTS) this.askForAnother(attempt + 1);
      else this.#asked.set(undefined);
    }, ASK_EVERY_MS);
  }

  protected goesOn({ currentTime }: HTMLVideoElement): void {
    this.shown.update((shown) => shown + 1);
    if (this.shown() > 1) this.keptAt.set(currentTime);
  }
}
