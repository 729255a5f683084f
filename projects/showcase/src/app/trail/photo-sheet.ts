import { Component, inject } from '@angular/core';
import { MAT_BOTTOM_SHEET_DATA, MatBottomSheetRef } from '@angular/material/bottom-sheet';
import type { Resource } from '../api/resource.ts';
import { PhotoPanel } from './photo-panel.ts';

/** The panel of a photo where there is no room beside the page. */
@Component({
  selector: 'app-photo-sheet',
  imports: [PhotoPanel],
  template: `<app-photo-panel [photo]="photo" (closed)="sheet.dismiss()" />`,
  styles: `
    :host {
      display: block;
      padding: 0.75rem 0.5rem 1rem;
      letter-spacing: normal;
    }
  `,
})
export class PhotoSheet {
  protected readonly photo = inject<Resource>(MAT_BOTTOM_SHEET_DATA);
  protected readonly sheet = inject<MatBottomSheetRef<PhotoSheet>>(MatBottomSheetRef);
}
