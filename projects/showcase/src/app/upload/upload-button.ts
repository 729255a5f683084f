import { Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';

/** The pictures that can be a photo. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

/** Chooses files to upload. */
@Component({
  selector: 'app-upload-button',
  imports: [Icon, MatButton],
  template: `
    <button matButton="filled" type="button" (click)="input.click()">
      <app-icon matButtonIcon name="upload" />{{ label() }}
    </button>
    <input
      #input
      class="cdk-visually-hidden"
      data-testid="upload-input"
      type="file"
      [accept]="accept()"
      multiple
      tabindex="-1"
      aria-hidden="true"
      (change)="take(input)"
    />
  `,
})
export class UploadButton {
  readonly label = input('Add photos');
  /** As the attribute of a file input: media types, separated by commas; empty for any. */
  readonly accept = input(PICTURE_TYPES);
  readonly chosen = output<File[]>();

  protected take(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    // Emptied, so that the same file can be chosen again after a refusal.
    input.value = '';
    if (files.length > 0) this.chosen.emit(files);
  }
}
