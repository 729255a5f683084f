import { AsyncPipe, DatePipe } from '@angular/common';
import {
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Observable } from 'rxjs';
import { teamPhotoName, type Resource } from '../api/resource.ts';
import { PhotoGone } from './photo-gone.ts';
import { photoStatus, type PhotoStatus } from './photo-status.ts';
import { ShownPhotos } from './shown-photos.ts';

const MOST_ATTEMPTS = 5;

/** One photo of the team page, with who uploaded it and how its URL stands. */
@Component({
  selector: 'app-photo-card',
  imports: [AsyncPipe, DatePipe, PhotoGone],
  templateUrl: './photo-card.html',
  styleUrl: './photo-card.scss',
  host: { 'data-testid': 'photo-card', '[attr.data-path]': 'photo().path', '[class.selected]': 'selected()' },
})
export class PhotoCard {
  readonly #resourceUrls = inject(ResourceUrlService);
  readonly #shownPhotos = inject(ShownPhotos);
  private readonly touch = viewChild.required<ElementRef<HTMLElement>>('touch');

  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  readonly photo = input.required<Resource>();
  readonly selected = input(false);
  /** Focus came to this card. */
  readonly reached = output();
  /** The card was pressed. */
  readonly touched = output<{ byKeyboard: boolean }>();

  protected readonly name = computed(() => teamPhotoName(this.photo().path));
  /** The URL whose picture has arrived. */
  protected readonly arrivedUrl = signal('');
  readonly #ref = computed<ResourceRef>(() => ({ kind: 'teamPhoto', name: this.name() }));

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#retry));
  }

  getUserPhotoUrl(imageName: string): Observable<string> {
    return this.#resourceUrls.getTeamMemberPhotoUrl(imageName);
  }

  focus(): void {
    this.touch().nativeElement.focus();
  }

  reveal(): void {
    this.touch().nativeElement.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }

  protected statusOf(url: string | null): PhotoStatus {
    const failure = url === null ? undefined : this.#shownPhotos.failureOf(url);
    return photoStatus(this.#resourceUrls.getState(this.#ref())(), failure);
  }

  protected arrived(url: string): void {
    this.#attempts = 0;
    this.arrivedUrl.set(url);
    this.#shownPhotos.show(this.photo().path, url);
  }

  /** A refused URL may have run out, so the library is asked for another one; whatever else it is may pass. */
  protected async failed(url: string): Promise<void> {
    this.#shownPhotos.show(this.photo().path, url);
    const failure = await this.#shownPhotos.examine(url);
    if (failure === 'refused') this.#resourceUrls.reportBroken(this.#ref());
    else if (this.#attempts < MOST_ATTEMPTS) this.#retry = setTimeout(() => this.tryAgain(), this.#pause());
  }

  protected tryAgain(): void {
    clearTimeout(this.#retry);
    const url = this.#shownPhotos.urlOf(this.photo().path);
    if (url !== undefined) this.#shownPhotos.forgive(url);
    if (this.#resourceUrls.getState(this.#ref())().status === 'failed')
      this.#resourceUrls.refresh(this.#ref());
  }

  /** 1, 2, 4, 8 and 16 seconds. */
  #pause(): number {
    return 1000 * 2 ** this.#attempts++;
  }

  protected press(event: MouseEvent): void {
    // A click without a pointer comes from Enter, Space or a screen reader.
    this.touched.emit({ byKeyboard: event.detail === 0 });
  }
}
