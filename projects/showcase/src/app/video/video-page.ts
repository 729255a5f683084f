import { DecimalPipe } from '@angular/common';
import {
  Component,
  computed,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { interval, map, startWith } from 'rxjs';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import { changeUrl } from './keep-place.ts';

const CLIP: ResourceRef = { kind: 'clip', name: 'clip.webm' };
/** The server signs the same URL again for a quarter of its lifetime, so a new one may be this far away. */
const ASK_EVERY_MS = 1000;
const MOST_ATTEMPTS = 20;

/** A short video whose URL runs out within a minute, and which stays where it is when it gets another. */
@Component({
  selector: 'app-video-page',
  imports: [DecimalPipe, Icon, MatButton],
  templateUrl: './video-page.html',
  styleUrl: './video-page.scss',
})
export class VideoPage {
  readonly #urls = inject(ResourceUrlService);
  private readonly video = viewChild.required<ElementRef<HTMLVideoElement>>('video');

  protected readonly mode = inject(DELIVERY_MODE);
  protected readonly state = this.#urls.getState(CLIP);
  protected readonly url = toSignal(this.#urls.getUrl(CLIP));
  /** How many URLs the video has had. */
  protected readonly number = signal(0);
  protected readonly keptAt = signal<number | undefined>(undefined);
  protected readonly asking = signal(false);
  readonly #now = toSignal(
    interval(1000).pipe(
      map(() => Date.now()),
      startWith(Date.now()),
    ),
    { requireSync: true },
  );
  protected readonly secondsLeft = computed(() => {
    const until = this.state().expiresAt?.getTime();
    return until === undefined ? undefined : Math.max(0, Math.ceil((until - this.#now()) / 1000));
  });

  #attempt: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(PageResources).follow(() => [CLIP]);
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#attempt));
    effect(() => {
      const url = this.url();
      if (!url) return;
      this.number.update((number) => number + 1);
      changeUrl(this.video().nativeElement, url, (seconds) => this.keptAt.set(seconds));
    });
  }

  /** Asks until there is another URL. */
  protected askForAnother(attempt = 1): void {
    const before = this.number();
    this.asking.set(true);
    this.#urls.refresh(CLIP);
    this.#attempt = setTimeout(() => {
      const done = this.number() !== before || attempt === MOST_ATTEMPTS;
      if (done) this.asking.set(false);
      else this.askForAnother(attempt + 1);
    }, ASK_EVERY_MS);
  }

  protected failed(): void {
    this.#urls.reportBroken(CLIP);
  }
}
