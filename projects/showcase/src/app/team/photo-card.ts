import { AsyncPipe, DatePipe } from '@angular/common';
import { Component, computed, ElementRef, inject, input, output, signal, viewChild } from '@angular/core';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Observable } from 'rxjs';
import { teamPhotoName, type Resource } from '../api/resource.ts';
import { PhotoGone } from './photo-gone.ts';
import { photoStatus, type PhotoStatus } from './photo-status.ts';
import { ShownPhotos } from './shown-photos.ts';

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

  getUserPhotoUrl(imageName: string): Observable<string> {
    return this.#resourceUrls.getTeamMemberPhotoUrl(imageName);
  }

  focus(): void {
    this.touch().nativeElement.focus();
  }

  protected statusOf(url: string | null): PhotoStatus {
    return photoStatus(
      this.#resourceUrls.getState(this.#ref())(),
      url !== null && this.#shownPhotos.isDead(url),
    );
  }

  protected arrived(url: string): void {
    this.arrivedUrl.set(url);
    this.#shownPhotos.show(this.photo().path, url);
  }

  /** A URL may have run out meanwhile, so the library is asked for another one, once per URL. */
  protected failed(url: string): void {
    this.#shownPhotos.show(this.photo().path, url);
    if (this.#shownPhotos.markDead(url)) this.#resourceUrls.reportBroken(this.#ref());
  }

  protected tryAgain(): void {
    this.#shownPhotos.revive(this.photo().path);
    this.#resourceUrls.refresh(this.#ref());
  }

  protected press(event: MouseEvent): void {
    // A click without a pointer comes from Enter, Space or a screen reader.
    this.touched.emit({ byKeyboard: event.detail === 0 });
  }
}
