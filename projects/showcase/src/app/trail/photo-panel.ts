import { Component, computed, DOCUMENT, ElementRef, inject, input, output, viewChild } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { ShownPhotos } from '../team/shown-photos.ts';
import { AuditList } from './audit-list.ts';
import { UrlAnatomy } from './url-anatomy.ts';
import { FileSize } from './file-size.ts';
import { signedUrlParts } from './url-parts.ts';

/** The photo just touched: its URL taken apart, and its paper trail. */
@Component({
  selector: 'app-photo-panel',
  imports: [AuditList, FileSize, Icon, MatIconButton, UrlAnatomy],
  templateUrl: './photo-panel.html',
  styleUrl: './photo-panel.scss',
  host: { '(keydown.escape)': 'left.emit()' },
})
export class PhotoPanel {
  readonly #base = inject(DOCUMENT).baseURI;
  readonly #shownPhotos = inject(ShownPhotos);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  readonly photo = input.required<Resource>();
  /** Escape was pressed inside. */
  readonly left = output();
  readonly closed = output();

  // What the card shows: asking the library here would be one more issuance in the trail that is shown below.
  protected readonly url = computed(() => this.#shownPhotos.urlOf(this.photo().path));
  protected readonly dead = computed(() => this.#shownPhotos.isDead(this.url() ?? ''));
  protected readonly signatureId = computed(() => {
    const parts = signedUrlParts(this.url() ?? '', this.#base);
    return parts && `sig_${parts.sid}`;
  });

  /** Reading goes on at the head of the panel. */
  focus(): void {
    this.heading().nativeElement.focus();
  }
}
