import { Component, computed, input, output } from '@angular/core';
import type { ResourceRef } from '@countersign/angular';
import { ResourceImage } from '@countersign/angular/image';
import { Icon } from '../appearance/icon.ts';
import { previewOf } from './document-ref.ts';

/** What a document looks like, no larger than needed: a small picture of a picture, a drawing for everything else. */
@Component({
  selector: 'app-document-thumbnail',
  imports: [Icon, ResourceImage],
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
    } @else {
      <app-icon [name]="contentType().startsWith('video/') ? 'video' : 'document'" />
    }
  `,
  styleUrl: './document-thumbnail.scss',
  host: { '[class.pictured]': 'isPicture()' },
})
export class DocumentThumbnail {
  readonly ref = input.required<ResourceRef>();
  readonly contentType = input.required<string>();
  /** The picture is there; who asked first has waited until it was made. */
  readonly shown = output();

  protected readonly isPicture = computed(() => previewOf(this.contentType()) === 'picture');
}
