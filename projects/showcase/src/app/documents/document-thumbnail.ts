import { Component, computed, input, output } from '@angular/core';
import { ResourceSrc, type ResourceRef } from '@countersign/angular';
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
        [resourceImage]="ref()"
        (load)="shown.emit()"
      />
    } @else if (poster(); as poster) {
      <img data-testid="thumbnail" loading="lazy" alt="" [resourceSrc]="poster" />
    } @else {
      <app-icon [name]="contentType().startsWith('video/') ? 'video' : 'document'" />
    }
  `,
  styleUrl: './document-thumbnail.scss',
  host: { '[class.pictured]': 'isPicture() || poster() !== undefined' },
})
export class DocumentThumbnail {
  readonly ref = input.required<ResourceRef>();
  readonly contentType = input.required<string>();
  /** Picture of a film, if it has one. */
  readonly poster = input<ResourceRef>();
  /** The picture is there; who asked first has waited until it was made. */
  readonly shown = output();

  protected readonly isPicture = computed(() => previewOf(this.contentType()) === 'picture');
}
