import { Component, computed, inject, input, linkedSignal, output } from '@angular/core';
import { ResourceSrc, ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { ResourceImage } from '@countersign/angular/image';
import { Icon } from '../appearance/icon.ts';
import { previewOf } from './document-ref.ts';

/** What a document looks like, no larger than needed: a small picture of a picture or a film, a drawing for everything else. */
@Component({
  selector: 'app-document-thumbnail',
  imports: [Icon, ResourceImage, ResourceSrc],
  template: `
    @if (isPicture()) {
      <img
        data-testid="thumbnail"
        fill
        sizes="48px"
        ngSrcset="160w"
        alt=""
        [hidden]="refused()"
        [resourceImage]="ref()"
        (load)="show()"
      />
    } @else if (poster(); as poster) {
      <img
        data-testid="thumbnail"
        loading="lazy"
        alt=""
        [hidden]="refused()"
        [resourceSrc]="poster"
        (load)="show()"
      />
    }
    @if (refused() || !pictured()) {
      <app-icon [name]="contentType().startsWith('video/') ? 'video' : 'document'" />
    }
  `,
  styleUrl: './document-thumbnail.scss',
  host: { '[class.pictured]': 'pictured() && !refused()' },
})
export class DocumentThumbnail {
  readonly #urls = inject(ResourceUrlService);
  readonly ref = input.required<ResourceRef>();
  readonly contentType = input.required<string>();
  /** Picture of a film, if it has one. */
  readonly poster = input<ResourceRef>();
  /** The picture is there; who asked first has waited until it was made. */
  readonly shown = output();

  protected readonly isPicture = computed(() => previewOf(this.contentType()) === 'picture');
  protected readonly pictured = computed(() => this.isPicture() || this.poster() !== undefined);
  readonly #state = computed(() => this.#urls.getState(this.poster() ?? this.ref())());
  /** A picture of it has been seen here; whatever comes later, it stays. */
  readonly #seen = linkedSignal({ source: () => JSON.stringify(this.ref()), computation: () => false });
  /** There is no picture to be had: a drawing says what it is. */
  protected readonly refused = computed(
    () => this.pictured() && !this.#seen() && /^(?:failed|fallback)$/.test(this.#state().status),
  );

  protected show(): void {
    // What stands in its place is no picture of it.
    if (!this.refused()) this.#seen.set(true);
    this.shown.emit();
  }
}
