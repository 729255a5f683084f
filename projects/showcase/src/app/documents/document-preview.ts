import { Component, inject } from '@angular/core';
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
import { documentRef, posterRef, previewOf } from './document-ref.ts';
import { PdfFrame } from './pdf-frame.ts';

/** One document, as large as the window lets it be, and no larger than that. It is signed for when this opens. */
@Component({
  selector: 'app-document-preview',
  imports: [
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
  protected readonly document = inject<Resource>(MAT_DIALOG_DATA);
  protected readonly ref = documentRef(this.document);
  readonly #posterRef = posterRef(this.document, 640);
  /** What is shown of a film before it plays. */
  protected readonly poster = toSignal(
    this.#posterRef ? inject(ResourceUrlService).getUrl(this.#posterRef) : EMPTY,
  );
  protected readonly how = previewOf(this.document.contentType);
}
