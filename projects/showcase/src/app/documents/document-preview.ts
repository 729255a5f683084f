import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { ResourceHref, ResourceSrc, ResourceUrlService } from '@countersign/angular';
import { ResourceImage } from '@countersign/angular/image';
import { EMPTY } from 'rxjs';
import type { Resource } from '../api/wire-types.ts';
import { Icon } from '../appearance/icon.ts';
import { documentRef, posterRef, previewOf } from './document-ref.ts';
import { PdfFrame } from './pdf-frame.ts';

const refusals: Readonly<Record<string, string>> = {
  'owner-revoked': 'There is no URL to it: its owner’s key is revoked.',
  'not-allowed': 'There is no URL to it for you.',
  'does-not-load': 'It has a URL, and does not load.',
  network: 'The server does not answer.',
};

/** One document, as large as the window lets it be, and no larger than that. It is signed for when this opens. */
@Component({
  selector: 'app-document-preview',
  imports: [
    Icon,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    PdfFrame,
    ResourceHref,
    ResourceImage,
    ResourceSrc,
  ],
  templateUrl: './document-preview.html',
  styleUrl: './document-preview.scss',
})
export class DocumentPreview {
  readonly #urls = inject(ResourceUrlService);
  protected readonly document = inject<Resource>(MAT_DIALOG_DATA);
  protected readonly ref = documentRef(this.document);
  readonly #posterRef = posterRef(this.document, 640);
  /** What is shown of a film before it plays. */
  protected readonly poster = toSignal(this.#posterRef ? this.#urls.getUrl(this.#posterRef) : EMPTY);
  protected readonly how = previewOf(this.document.contentType);
  readonly #state = this.#urls.getState(this.ref);
  /** Why it is not shown, in words. */
  protected readonly problem = computed(() => {
    const { status, error } = this.#state();
    if (status !== 'failed' && status !== 'fallback') return undefined;
    return refusals[error?.code ?? ''] ?? 'There is no URL to it to be had now.';
  });

  constructor() {
    // What could not be had before this opened is another matter.
    if (this.problem()) this.retry();
  }

  protected retry(): void {
    this.#urls.refresh(this.ref);
  }
}
